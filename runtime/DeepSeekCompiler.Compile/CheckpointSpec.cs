using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Compile;

/// <summary>The specification of a checkpoint folder: config.json, corrected by what the checkpoint's own headers say about formats.</summary>
public static class CheckpointSpec
{
    private const string ClassName = "Model";
    private const string Namespace = "DeepSeekCompiler.Compiled";

    /// <exception cref="CheckpointException">config.json is missing or describes no model that can be compiled.</exception>
    public static ModelSpec Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new CheckpointException($"{(File.Exists(folder) ? $"{folder} is a file" : $"There is no folder \"{folder}\"")}; a model is a folder with config.json and model.safetensors.");
        return ReadConfig(Path.Combine(folder, "config.json"));
    }

    /// <summary>The specification of a config.json alone.</summary>
    /// <exception cref="CheckpointException">The file is missing or describes no model that can be compiled.</exception>
    public static ModelSpec ReadConfig(string path)
    {
        string json;
        try
        {
            json = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(
                Directory.Exists(path) ? $"{path} is a folder; the file that says what a model looks like is a config.json."
                : File.Exists(path) ? $"{path} cannot be read: {e.Message}" : $"There is no {path}; it says what the model looks like.", e);
        }

        var result = ConfigReader.Read(json, ClassName, Namespace);
        if (result.Spec is { } spec && result.Problems.Count == 0) return spec;
        string more = result.Problems.Count > 1 ? $" ({result.Problems.Count - 1} more problems)" : "";
        throw new CheckpointException($"{path}: {result.Problems[0].Message}{more}");
    }

    /// <summary>Where the configuration and the file differ, the file wins: formats by class of tensor, and whether the MTP module is there.</summary>
    public static ModelSpec Adapt(ModelSpec spec, Checkpoint checkpoint)
    {
        var formats = spec.Formats;
        var other = Stored(checkpoint, "model.embed_tokens.weight") ?? formats.Other;
        formats = formats with
        {
            Linear = Stored(checkpoint, "model.layers.0.self_attn.o_proj.weight") ?? formats.Linear,
            Other = other,
            Head = Stored(checkpoint, "lm_head.weight") ?? (spec.TieWordEmbeddings ? other : formats.Head),
        };
        for (int layer = 0; layer < spec.NumHiddenLayers; layer++)
        {
            if (Stored(checkpoint, $"model.layers.{layer}.mlp.gate.e_score_correction_bias") is not { } bias) continue;
            formats = formats with { Bias = bias };
            break;
        }

        bool hasMtp = checkpoint.Find($"model.layers.{spec.NumHiddenLayers}.eh_proj.weight") is not null;
        return spec with { Formats = formats, NumNextnPredictLayers = hasMtp ? spec.NumNextnPredictLayers : 0 };
    }

    private static NumberFormat? Stored(Checkpoint checkpoint, string name) => checkpoint.Find(name)?.Type switch
    {
        SafetensorsType.F32 => NumberFormat.F32,
        SafetensorsType.F16 => NumberFormat.F16,
        SafetensorsType.BF16 => NumberFormat.BF16,
        SafetensorsType.F8E4M3 => NumberFormat.E4M3,
        _ => null,
    };
}
