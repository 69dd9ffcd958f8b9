using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Training.Files;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Training.Checkpoints;

/// <summary>The files of one checkpoint: <c>state.safetensors</c>, <c>state.json</c>, and <c>SHA256SUMS</c> of both, which <c>sha256sum -c</c> reads too.</summary>
internal static unsafe class CheckpointFiles
{
    private const string Tensors = "state.safetensors";
    private const string State = "state.json";
    private const string Sums = "SHA256SUMS";

    // A tensor is copied in portions, so that a test can stop anywhere.
    private const long Portion = 1 << 22;

    /// <summary>Writes all files into a folder and waits for the disk.</summary>
    public static void Write(string folder, TrainingState state, IReadOnlyList<StateTensor> tensors, Action<string>? atStage)
    {
        Directory.CreateDirectory(folder);
        using (var output = SafetensorsOutput.Create(Path.Combine(folder, Tensors), [.. tensors.Select(t => new TensorLayout(t.Name, SafetensorsType.F32, [t.Count]))], aligned: true))
        {
            for (int i = 0; i < tensors.Count; i++)
            {
                long bytes = tensors[i].Count * sizeof(float);
                for (long at = 0; at < bytes; at += Portion)
                {
                    long size = Math.Min(Portion, bytes - at);
                    Buffer.MemoryCopy((byte*)tensors[i].Data + at, output.Data(i) + at, size, size);
                    atStage?.Invoke("within the tensors");
                }
            }

            output.Commit();
        }

        atStage?.Invoke("before the state");
        File.WriteAllBytes(Path.Combine(folder, State), JsonSerializer.SerializeToUtf8Bytes(state, SettingsJson.Default.TrainingState));
        atStage?.Invoke("before the sums");
        File.WriteAllText(Path.Combine(folder, Sums), string.Concat(new[] { Tensors, State }.Select(f => $"{Hash(Path.Combine(folder, f))}  {f}\n")));
        foreach (string file in new[] { Tensors, State, Sums })
        {
            atStage?.Invoke("before a flush");
            DurableFile.Flush(Path.Combine(folder, file));
        }

        DurableFile.FlushFolder(folder);
    }

    /// <summary>What is wrong with a checkpoint, in a sentence; null when it is sound.</summary>
    public static string? Problem(string folder)
    {
        try
        {
            var sums = new Dictionary<string, string>();
            foreach (string line in File.ReadAllText(Path.Combine(folder, Sums)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                int gap = line.IndexOf("  ", StringComparison.Ordinal);
                if (gap > 0) sums[line[(gap + 2)..]] = line[..gap];
            }

            foreach (string file in new[] { Tensors, State })
            {
                if (!sums.TryGetValue(file, out string? sum) || sum != Hash(Path.Combine(folder, file))) return $"The checkpoint {folder} is damaged: {file} does not have the SHA-256 that {Sums} gives.";
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The checkpoint {folder} is damaged: {e.Message}";
        }
    }

    /// <summary>Reads a sound checkpoint.</summary>
    /// <exception cref="TrainingException">Its tensors are not those of the run.</exception>
    public static TrainingState Read(string folder, IReadOnlyList<StateTensor> tensors)
    {
        try
        {
            using var file = SafetensorsFile.Open(Path.Combine(folder, Tensors));
            if (file.Tensors.Count != tensors.Count) throw Different(folder, $"it has {file.Tensors.Count} tensors, and the model trains {tensors.Count}");
            foreach (var tensor in tensors)
            {
                if (file.Find(tensor.Name) is not { } stored || stored.Type != SafetensorsType.F32 || stored.Bytes != tensor.Count * sizeof(float))
                    throw Different(folder, $"it has no {tensor.Name} of {tensor.Count} numbers");
            }

            foreach (var tensor in tensors) Buffer.MemoryCopy(file[tensor.Name].Data, (void*)tensor.Data, tensor.Count * sizeof(float), tensor.Count * sizeof(float));
        }
        catch (CheckpointException e)
        {
            throw new TrainingException($"The checkpoint {folder} cannot be read: {e.Message}", e);
        }

        return ReadState(folder);
    }

    /// <summary>Reads the state alone.</summary>
    public static TrainingState ReadState(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, State)), SettingsJson.Default.TrainingState) ?? throw new JsonException("null is no state");
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new TrainingException($"The state in {folder} was written by another version of this program: {e.Message}", e);
        }
    }

    private static TrainingException Different(string folder, string how) => new($"The checkpoint {folder} is of another model: {how}.");

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
