using System.Text.Json;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>Makes the safetensors files of a recipe, in parallel and straight into the mapped files: no tensor is held in memory.</summary>
public static unsafe class RecipeWriter
{
    private const string Index = "model.safetensors.index.json";

    /// <summary>Writes every file of the recipe, and the index when there are several.</summary>
    /// <param name="recipe">What to make.</param>
    /// <param name="folder">Where; made when it does not exist.</param>
    /// <param name="progress">Called now and then, from any thread, with (bytes done, bytes in all).</param>
    /// <param name="cancel">Stops; no file is left behind.</param>
    /// <exception cref="CheckpointException">The recipe is impossible, or a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Write(Recipe recipe, string folder, Action<long, long>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        RecipeChecks.Check(recipe);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"The folder {folder} cannot be made: {e.Message}", e);
        }

        var files = recipe.Tensors.GroupBy(t => t.File).Select(g => (Name: g.Key, Tensors: g.ToList())).ToList();
        var outputs = new List<SafetensorsOutput>();
        try
        {
            foreach (var (name, tensors) in files)
            {
                outputs.Add(SafetensorsOutput.Create(Path.Combine(folder, name), [.. tensors.Select(t => new TensorLayout(t.Name, t.Type, t.Shape))], recipe.Aligned));
            }

            Fill(recipe, [.. files.Select(f => f.Tensors)], outputs, progress, cancel);
            outputs.ForEach(o => o.Commit());
        }
        finally
        {
            outputs.ForEach(o => o.Dispose());
        }

        if (files.Count > 1)
        {
            WriteIndex(recipe, Path.Combine(folder, Index));
        }
    }

    private static void Fill(
        Recipe recipe, List<List<RecipeTensor>> files, List<SafetensorsOutput> outputs, Action<long, long>? progress, CancellationToken cancel)
    {
        var places = new Dictionary<string, nint>();
        var scales = new Dictionary<string, nint>();
        for (var f = 0; f < files.Count; f++)
        {
            for (var t = 0; t < files[f].Count; t++)
            {
                var tensor = files[f][t];
                (tensor.ScalesOf is null ? places : scales).Add(tensor.ScalesOf ?? tensor.Name, (nint)outputs[f].Data(t));
            }
        }

        var parts = recipe.Tensors.Where(t => t.ScalesOf is null)
            .SelectMany(t => RecipePart.Cut(t, places[t.Name], scales.GetValueOrDefault(t.Name))).ToList();
        var total = recipe.TotalSize;
        var done = 0L;
        Parallel.For(0, parts.Count, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            var part = parts[i];
            part.Make(recipe.Seed);
            progress?.Invoke(Interlocked.Add(ref done, (long)part.Count * SafetensorsTypes.SizeOf(part.Tensor.Type)), total);
        });
    }

    private static void WriteIndex(Recipe recipe, string path)
    {
        try
        {
            using var stream = File.Create(path);
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteNumber("total_size", recipe.TotalSize);
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            foreach (var tensor in recipe.Tensors)
            {
                json.WriteString(tensor.Name, tensor.File);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path} cannot be written: {e.Message}", e);
        }
    }
}
