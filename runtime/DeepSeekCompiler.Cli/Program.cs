using System.CommandLine;
using DeepSeekCompiler.Cli;
using DeepSeekCompiler.Cli.Commands;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Tokenizers;
using DeepSeekCompiler.Training;

Console.OutputEncoding = new System.Text.UTF8Encoding(false);
PrecompiledModels.Register(StoryModel.SpecHash, () => new StoryModel());
var root = new RootCommand("The DeepSeek compiler: runs, measures and explains models of the DeepSeek architecture.")
{
    GenerateCommand.Create(), ChatCommand.Create(), LogitsCommand.Create(), TokenizeCommand.Create(), BenchCommand.Create(),
};
if (RuntimeCompilation.IsSupported)
{
    foreach (var command in new[] { ExplainCommand.Create(), TrainCommand.Create(), LabCommand.Create(), RecipeCommand.Create(), AlignCommand.Create(), DevicesCommand.Create(), ResourcesCommand.Create(), TuneCommand.Create() }) root.Subcommands.Add(command);
}

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    string unknown = parsed.UnmatchedTokens.Count > 0 ? $"\"{parsed.UnmatchedTokens[0]}\" is no command, argument or option here." : parsed.Errors[0].Message;
    Output.Error(unknown + " See dsc --help.");
    return 2;
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (Environment.GetEnvironmentVariable("DSC_TRACE") != "1")
{
    bool expected = e is UserException or CheckpointException or DeviceException or TokenizerException or TrainingException or ArgumentException;
    Output.Error(expected ? e.Message : $"Something went wrong that should not: {e.GetType().Name}: {e.Message} (DSC_TRACE=1 shows where).");
    return 1;
}
