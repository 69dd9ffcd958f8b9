using System.Text.Json;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Reads <c>model.safetensors.index.json</c>: tensor name to shard.</summary>
internal static class ShardIndex
{
    public static Dictionary<string, string> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("weight_map", out var weights) || weights.ValueKind != JsonValueKind.Object)
                throw new CheckpointException($"{path} has no object weight_map.");
            var map = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in weights.EnumerateObject())
            {
                string name = SafetensorsHeader.Shown(entry.Name);
                if (entry.Value.ValueKind != JsonValueKind.String) throw new CheckpointException($"{path} maps {name} to something that is not a file name.");
                string shard = entry.Value.GetString()!;
                if (!IsPlain(shard)) throw new CheckpointException($"{path} maps {name} to \"{SafetensorsHeader.Shown(shard)}\"; a shard is a plain file name in the same folder.");
                if (!map.TryAdd(entry.Name, shard)) throw new CheckpointException($"{path} names {name} twice.");
            }

            if (map.Count == 0) throw new CheckpointException($"{path} names no tensors.");
            return map;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new CheckpointException($"{path} cannot be read: {SafetensorsHeader.FirstSentence(e.Message)}", e);
        }
    }

    // No way out of the folder, on any system.
    private static bool IsPlain(string name) => name.Length is > 0 and <= 255 && name != "." && name != ".." && name.AsSpan().IndexOfAny("/\\:\0") < 0 && !name.Any(char.IsControl);
}
