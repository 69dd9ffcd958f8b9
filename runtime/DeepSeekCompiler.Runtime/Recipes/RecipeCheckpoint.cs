using System.Text.Json;
using System.Text.Json.Nodes;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>Makes whole checkpoint folders from a configuration and a seed: what <c>dsc recipe</c> does.</summary>
public static class RecipeCheckpoint
{
    /// <summary>Writes <c>config.json</c>, with dtype and quantisation as asked for, and the weights.</summary>
    /// <param name="configJson">The text of a Hugging Face <c>config.json</c>.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="format">How the weights are stored.</param>
    /// <param name="folder">Where; made when it does not exist.</param>
    /// <param name="options">What else may vary; null for one file and the usual gains.</param>
    /// <param name="progress">Called now and then, from any thread, with (bytes done, bytes in all).</param>
    /// <param name="cancel">Stops; no weights are left behind.</param>
    /// <returns>The recipe of the weights.</returns>
    /// <exception cref="CheckpointException">The configuration is impossible, or a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Recipe Create(
        string configJson,
        ulong seed,
        RecipeFormat format,
        string folder,
        RecipeOptions? options = null,
        Action<long, long>? progress = null,
        CancellationToken cancel = default)
    {
        var recipe = RecipeBuilder.FromConfig(configJson, seed, format, options);
        RecipeWriter.Write(recipe, folder, progress, cancel);
        var path = Path.Combine(folder, "config.json");
        try
        {
            File.WriteAllText(path, AdjustConfig(configJson, format));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path} cannot be written: {e.Message}", e);
        }

        return recipe;
    }

    /// <summary>The same configuration for weights of another format: <c>torch_dtype</c> (or <c>dtype</c>) and <c>quantization_config</c>.</summary>
    /// <exception cref="CheckpointException">The text is no JSON object.</exception>
    public static string AdjustConfig(string configJson, RecipeFormat format)
    {
        JsonObject config;
        try
        {
            config = JsonNode.Parse(configJson) as JsonObject ?? throw new CheckpointException("The model configuration is no JSON object.");
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"The model configuration is no valid JSON: {e.Message}", e);
        }

        var key = config.ContainsKey("dtype") && !config.ContainsKey("torch_dtype") ? "dtype" : "torch_dtype";
        config[key] = format == RecipeFormat.F32 ? "float32" : "bfloat16";
        if (key == "torch_dtype")
        {
            config.Remove("dtype");
        }

        config.Remove("quantization_config");
        if (format is RecipeFormat.Fp8 or RecipeFormat.Fp8Head)
        {
            config["quantization_config"] = new JsonObject
            {
                ["activation_scheme"] = "dynamic",
                ["fmt"] = "e4m3",
                ["quant_method"] = "fp8",
                ["weight_block_size"] = new JsonArray(128, 128),
            };
            if (format == RecipeFormat.Fp8Head) config["quantization_config"]!["modules_to_not_convert"] = new JsonArray("embed_tokens", "gate", "eh_proj");
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            config.WriteTo(json);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
