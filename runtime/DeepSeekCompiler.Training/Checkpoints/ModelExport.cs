using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Recipes;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Training.Checkpoints;

/// <summary>Writes what was trained as a Hugging Face checkpoint folder: config.json, model.safetensors, and the tokenizer's files.</summary>
/// <remarks>Which tensors are quantised is the recipe's business (<see cref="RecipeBuilder"/>): what <c>dsc recipe</c> writes and what training exports look the same.</remarks>
public static unsafe class ModelExport
{
    private static readonly string[] s_tokenizerFiles = ["tokenizer.json", "tokenizer_config.json", "generation_config.json", "special_tokens_map.json"];

    /// <param name="pass">The weights.</param>
    /// <param name="configJson">The text of the model's config.json; dtype and quantisation are adjusted.</param>
    /// <param name="format">How the weights are stored.</param>
    /// <param name="tokenizerFolder">Where the tokenizer's files are; null for none.</param>
    /// <param name="folder">Where to; an older export there is replaced as a whole.</param>
    /// <exception cref="TrainingException">The configuration is not that of the pass, or a file cannot be written.</exception>
    public static void Write(TrainingPass pass, string configJson, RecipeFormat format, string? tokenizerFolder, string folder)
    {
        ArgumentNullException.ThrowIfNull(pass);
        string partial = folder + ".partial", old = folder + ".old";
        try
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
            Directory.CreateDirectory(partial);
            WriteWeights(pass, RecipeBuilder.FromConfig(configJson, 0, format).Tensors, Path.Combine(partial, "model.safetensors"));
            File.WriteAllText(Path.Combine(partial, "config.json"), RecipeCheckpoint.AdjustConfig(configJson, format));
            foreach (string file in s_tokenizerFiles)
            {
                if (tokenizerFolder is not null && File.Exists(Path.Combine(tokenizerFolder, file))) File.Copy(Path.Combine(tokenizerFolder, file), Path.Combine(partial, file));
            }

            if (Directory.Exists(old)) Directory.Delete(old, recursive: true);
            if (Directory.Exists(folder)) Directory.Move(folder, old);
            Directory.Move(partial, folder);
            if (Directory.Exists(old)) Directory.Delete(old, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CheckpointException)
        {
            throw new TrainingException($"The model cannot be written to {folder}: {e.Message}", e);
        }
    }

    private static void WriteWeights(TrainingPass pass, IReadOnlyList<RecipeTensor> tensors, string path)
    {
        var sources = Sources(pass);
        foreach (var tensor in tensors.Where(t => t.ScalesOf is null))
        {
            if (!sources.TryGetValue(tensor.Name, out var source) || source.Count != tensor.Shape.Aggregate(1L, (p, e) => p * e))
                throw new TrainingException($"The configuration has the tensor {tensor.Name} of shape [{string.Join(", ", tensor.Shape)}], which is not what was trained.");
        }

        if (tensors.Count(t => t.ScalesOf is null) != sources.Count) throw new TrainingException("The configuration lacks tensors that were trained; it is of another model.");
        using var output = SafetensorsOutput.Create(path, [.. tensors.Select(t => new TensorLayout(t.Name, t.Type, t.Shape))], aligned: true);
        var scales = Enumerable.Range(0, tensors.Count).Where(i => tensors[i].ScalesOf is not null).ToDictionary(i => tensors[i].ScalesOf!, i => (nint)output.Data(i));
        for (int i = 0; i < tensors.Count; i++)
        {
            if (tensors[i].ScalesOf is null) Store(tensors[i], sources[tensors[i].Name], output.Data(i), (float*)scales.GetValueOrDefault(tensors[i].Name));
        }

        output.Commit();
    }

    // Copies of tied tensors lead to what they are copies of.
    private static Dictionary<string, StateTensor> Sources(TrainingPass pass)
    {
        var sources = pass.Parameters.ToDictionary(p => p.Name, p => new StateTensor(p.Name, (nint)p.Values, p.Count));
        foreach (var layer in pass.ExpertLayers)
        {
            if (layer.BiasName is { } name) sources[name] = new StateTensor(name, (nint)layer.Bias, layer.Load.Length);
        }

        var manifest = pass.Layout.Manifest;
        foreach (var (copy, original) in pass.Layout.Tied) sources[manifest[copy].Name] = sources[manifest[original].Name];
        return sources;
    }

    private static void Store(RecipeTensor tensor, StateTensor source, byte* to, float* scales)
    {
        var from = (float*)source.Data;
        switch (tensor.Type)
        {
            case SafetensorsType.F32:
                Buffer.MemoryCopy(from, to, source.Count * sizeof(float), source.Count * sizeof(float));
                break;
            case SafetensorsType.BF16:
                for (long i = 0; i < source.Count; i++) ((ushort*)to)[i] = BF16.Encode(from[i]);
                break;
            default:
                int columns = (int)tensor.Shape[1];
                for (long row = 0; row < tensor.Shape[0]; row += ScaleBlocks.Size)
                {
                    int height = (int)Math.Min(ScaleBlocks.Size, tensor.Shape[0] - row), count = height * columns, across = ScaleBlocks.Count(columns);
                    BlockQuantizer.Quantize(new ReadOnlySpan<float>(from + (row * columns), count), height, columns, new Span<byte>(to + (row * columns), count), new Span<float>(scales + (row / ScaleBlocks.Size * across), across));
                }

                break;
        }
    }
}
