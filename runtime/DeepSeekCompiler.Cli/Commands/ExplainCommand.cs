using System.CommandLine;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc explain</c>: what the compiler makes of a model.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var model = new Argument<string?>("model") { Description = "A catalogue name (DeepSeekV3 ...), a model folder or a config.json. Default: the sample model.", Arity = ArgumentArity.ZeroOrOne };
        var kernel = new Option<string?>("--kernel") { Description = "Shows one kernel whole: tensor level, schedule, loops, generated text." };
        var target = new Option<string>("--target") { Description = "host.", DefaultValueFactory = _ => "host" };
        var width = new Option<int>("--width") { Description = "Vector width of what is shown.", DefaultValueFactory = _ => HostVector.Width };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of text." };
        var command = new Command("explain", "Shows specification, cost, kernels, schedules and generated text.") { model, kernel, target, width, json };
        command.SetAction(parsed => Run(parsed.GetValue(model) ?? SampleModel.Folder(), parsed.GetValue(kernel), parsed.GetValue(target)!, parsed.GetValue(width), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string model, string? kernel, string target, int width, bool json)
    {
        if (target != "host") throw new UserException($"There is no target {target}; this build has host.");
        if (width is not (512 or 256 or 128 or 0)) throw new UserException($"A vector width of {width} bits is not known; 512, 256, 128 and 0 (scalar) are.");
        var explainer = new Explainer(Catalogue.Find(model) ?? (File.Exists(model) ? CheckpointSpec.ReadConfig(model) : Spec(model)), width);
        if (json) Output.Json(w => explainer.WriteJson(w, kernel));
        else Console.Out.Write(kernel is null ? explainer.Overview() : explainer.Kernel(kernel));
        return 0;
    }

    private static ModelSpec Spec(string model)
    {
        if (Directory.Exists(model)) return CheckpointSpec.Read(model);
        throw new UserException($"{model} is neither a model of the catalogue ({string.Join(", ", Catalogue.Names)}) nor a folder or a config.json.");
    }
}
