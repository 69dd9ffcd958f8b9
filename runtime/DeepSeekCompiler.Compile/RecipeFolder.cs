using System.Text.Json;
using System.Text.Json.Nodes;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Recipes;

namespace DeepSeekCompiler.Compile;

/// <summary>Makes checkpoint folders with weights from a recipe.</summary>
public static class RecipeFolder
{
    /// <param name="configPath">A config.json of the family.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="output">Folder to write: config.json with the formats of <paramref name="dtype"/>, and model.safetensors.</param>
    /// <param name="dtype">f32, bf16 or fp8.</param>
    /// <exception cref="CheckpointException">One sentence.</exception>
    public static (int Tensors, long Parameters) Write(string configPath, ulong seed, string output, string dtype)
    {
        var format = dtype switch
        {
            "f32" => NumberFormat.F32,
            "bf16" => NumberFormat.BF16,
            "fp8" => NumberFormat.E4M3,
            _ => throw new CheckpointException($"There is no recipe for dtype {dtype}; f32, bf16 and fp8 are."),
        };
        var spec = CheckpointSpec.ReadConfig(configPath);
        var other = format == NumberFormat.E4M3 ? NumberFormat.BF16 : format;
        spec = spec with { Formats = new FormatSpec { Linear = format, Other = other } };
        try
        {
            Directory.CreateDirectory(output);
            var slots = ManifestSlots.Of(spec);
            RecipeWriter.Write(RecipeBuilder.Of(slots, seed), output);
            File.WriteAllText(Path.Combine(output, "config.json"), Config(configPath, format, other));
            return (slots.Count, slots.Sum(s => (long)s.Rows * s.Columns));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{output} cannot be written: {e.Message}", e);
        }
    }

    private static string Config(string path, NumberFormat format, NumberFormat other)
    {
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["torch_dtype"] = other == NumberFormat.F32 ? "float32" : "bfloat16";
        config.Remove("quantization_config");
        if (format == NumberFormat.E4M3)
            config["quantization_config"] = new JsonObject { ["activation_scheme"] = "dynamic", ["fmt"] = "e4m3", ["quant_method"] = "fp8", ["weight_block_size"] = new JsonArray(128, 128) };
        return config.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }
}
