using System.CommandLine;
using DeepSeekCompiler.Compile;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc recipe</c>: a checkpoint folder of any size with made-up weights, for benchmarks and tests.</summary>
internal static class RecipeCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "config.json of the model.", Required = true };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the weights." };
        var output = new Option<string>("--out") { Description = "Folder to write.", Required = true };
        var dtype = new Option<string>("--dtype") { Description = "f32, bf16, fp8, or fp8-head (fp8, the heads too).", DefaultValueFactory = _ => "bf16" };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of a line." };
        var command = new Command("recipe", "Writes a checkpoint folder from the weight recipe of the golden data.") { config, seed, output, dtype, json };
        command.SetAction(parsed => Run(parsed.GetValue(config)!, parsed.GetValue(seed), parsed.GetValue(output)!, parsed.GetValue(dtype)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(string config, ulong seed, string output, string dtype, bool json)
    {
        // A recipe writes none: this model came from somewhere else, and its weights would be lost.
        if (File.Exists(Path.Combine(output, "tokenizer.json"))) throw new UserException($"{output} holds a model with a tokenizer, whose weights would be overwritten; give another --out.");
        using var interrupt = new Interrupt();
        (int Tensors, long Parameters) folder;
        try
        {
            folder = RecipeFolder.Write(config, seed, output, dtype, interrupt.Token);
        }
        catch (OperationCanceledException)
        {
            return 130;
        }

        if (json) Output.Json(w => { w.WriteStartObject(); w.WriteString("out", output); w.WriteNumber("parameters", folder.Parameters); w.WriteNumber("tensors", folder.Tensors); w.WriteEndObject(); });
        else Output.Line($"{output}: {folder.Tensors} tensors, {folder.Parameters / 1e6:F1} million parameters");
        return 0;
    }
}
