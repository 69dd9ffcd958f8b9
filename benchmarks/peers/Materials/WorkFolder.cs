using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Peers.Gguf;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Peers.Materials;

/// <summary>What contenders need of a model, made once and kept: checkpoints from the recipe, and the same weights as GGUF.</summary>
internal sealed class WorkFolder
{
    private const ulong Seed = 1;

    private readonly string _config, _folder;

    /// <param name="root">Where all models are kept.</param>
    /// <param name="config">config.json of this one.</param>
    /// <exception cref="CheckpointException">It describes no model.</exception>
    public WorkFolder(string root, string config)
    {
        (Root, _config) = (Path.GetFullPath(root), config);
        Spec = CheckpointSpec.ReadConfig(config);
        Name = Path.GetFileNameWithoutExtension(config);
        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(config)))[..8];
        _folder = Path.Combine(Root, $"{Name}-{hash}");
        Directory.CreateDirectory(_folder);
    }

    public string Root { get; }

    /// <summary>Name of the model: that of its file.</summary>
    public string Name { get; }

    public ModelSpec Spec { get; }

    /// <summary>The same model up to its first layer with experts; this one where it has no more. Weights follow their names, so they are the same.</summary>
    public WorkFolder FirstLayers()
    {
        int layers = (Spec.Experts?.FirstKDenseReplace ?? 0) + 1;
        if (layers >= Spec.NumHiddenLayers) return this;
        var config = JsonNode.Parse(File.ReadAllText(_config))!;
        (config["num_hidden_layers"], config["num_nextn_predict_layers"]) = (layers, 0);
        string path = Path.Combine(_folder, Name + "-first-layers.json");
        File.WriteAllText(path, config.ToJsonString());
        return new WorkFolder(Root, path);
    }

    /// <summary>A file that nobody else writes.</summary>
    public string Scratch(string name) => Path.Combine(_folder, name);

    /// <summary>The folder of the recipe's checkpoint.</summary>
    /// <param name="dtype">bf16, fp8 or fp8-head.</param>
    public string Checkpoint(string dtype)
    {
        string folder = Path.Combine(_folder, dtype), partial = folder + ".partial";
        if (!Directory.Exists(folder))
        {
            Console.Error.WriteLine($"making {folder}");
            if (Directory.Exists(partial)) Directory.Delete(partial, true);
            RecipeFolder.Write(_config, Seed, partial, dtype);
            Directory.Move(partial, folder);
        }

        return folder;
    }

    /// <summary>The weights of the BF16 checkpoint for llama.cpp, and the bytes of them that one token reads.</summary>
    public (string File, long ActiveBytes) Gguf(GgufType type)
    {
        string path = Path.Combine(_folder, $"{type.ToString().ToLowerInvariant()}.gguf");
        var metadata = DeepSeekMetadata.Of(Spec, type);
        using var checkpoint = Runtime.Checkpoints.Checkpoint.Open(Checkpoint("bf16"));
        var tensors = DeepSeekTensors.Of(Spec, checkpoint, type);
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"writing {path}");
            GgufWriter.Write(path, metadata, tensors);
        }

        return (path, DeepSeekTensors.ActiveBytes(Spec, tensors));
    }
}
