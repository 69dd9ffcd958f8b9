using System.CommandLine;
using DeepSeekCompiler.Cli;
using DeepSeekCompiler.Cli.Commands;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Tokenizers;
using DeepSeekCompiler.Training;

Console.OutputEncoding = new System.Text.UTF8Encoding(false);
PrecompiledModels.Register(StoryModel.SpecHash, () => new StoryModel());
try
{
    return Run(args);
}
catch (Exception e) when (Environment.GetEnvironmentVariable("DSC_TRACE") != "1")
{
    bool expected = e is UserException or CheckpointException or DeviceException or TokenizerException or TrainingException or ArgumentException or IOException or UnauthorizedAccessException;
    Output.Error(expected ? Sentence(e) : $"Something went wrong that should not: {e.GetType().Name}: {e.Message} (DSC_TRACE=1 shows where).");
    return 1;
}

static int Run(string[] args)
{
    CheckEnvironment();
    var root = new RootCommand("The DeepSeek compiler: runs, measures and explains models of the DeepSeek architecture.")
    {
        GenerateCommand.Create(), ChatCommand.Create(), LogitsCommand.Create(), TokenizeCommand.Create(), BenchCommand.Create(),
    };
    if (RuntimeCompilation.IsSupported)
    {
        foreach (var command in new[] { ExplainCommand.Create(), TrainCommand.Create(), LabCommand.Create(), RecipeCommand.Create(), AlignCommand.Create(), DevicesCommand.Create(), ResourcesCommand.Create(), TuneCommand.Create() }) root.Subcommands.Add(command);
    }

    var parsed = root.Parse(args);
    if (Parsing.Mistake(parsed) is not { } mistake) return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    Output.Error(mistake);
    return 2;
}

// Asked first by a kernel or by the default of an option, a wrong variable would come inside another exception.
static void CheckEnvironment()
{
    try
    {
        _ = HostVector.Width;
    }
    catch (InvalidOperationException e)
    {
        throw new UserException(e.Message);
    }
}

// .NET adds the name of the parameter, which is none that a user gave.
static string Sentence(Exception e) => e is ArgumentException { ParamName: { } name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;
