using System.Text.Json;
using System.Text.Unicode;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>The <c>model.safetensors.index.json</c> of a sharded checkpoint.</summary>
/// <param name="FileOf">The file of every tensor.</param>
/// <param name="TotalSize">Bytes of all tensors, when given.</param>
internal sealed record CheckpointIndex(Dictionary<string, string> FileOf, double? TotalSize)
{
    // Objects of one entry: its name without the characters, its place in the dictionary as it grows, the text of the file name.
    private const int BytesOfEntry = 192;

    /// <exception cref="CheckpointException">The file cannot be read, or is no sound index.</exception>
    public static unsafe CheckpointIndex Read(string path, AllocationBudget budget)
    {
        using var file = MappedFile.Open(path);
        budget.Add(file.Length);
        if (file.Length > int.MaxValue || !Utf8.IsValid(new ReadOnlySpan<byte>(file.Pointer, (int)file.Length)))
        {
            throw new CheckpointException($"{file.Name} is not valid UTF-8 of less than 2 GiB.");
        }

        var reader = new Utf8JsonReader(new ReadOnlySpan<byte>(file.Pointer, (int)file.Length));
        try
        {
            return Parse(ref reader, file.Name, budget);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointException(Wording.Of($"{file.Name} is not valid JSON near byte {reader.BytesConsumed}."), e);
        }
    }

    private static CheckpointIndex Parse(ref Utf8JsonReader reader, string file, AllocationBudget budget)
    {
        Dictionary<string, string>? map = null;
        double? total = null;
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject, $"{file} is", "an object with a weight_map");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("weight_map"))
            {
                map = map is null ? ReadMap(ref reader, file, budget) : throw new CheckpointException($"{file} has a weight_map twice.");
            }
            else if (reader.ValueTextEquals("metadata"))
            {
                total = ReadTotal(ref reader, file);
            }
            else
            {
                reader.Skip();
            }
        }

        reader.Read();
        return new CheckpointIndex(map ?? throw new CheckpointException($"{file} has no weight_map, which says where each tensor is."), total);
    }

    private static Dictionary<string, string> ReadMap(ref Utf8JsonReader reader, string file, AllocationBudget budget)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject, $"The weight_map of {file} is", "an object of tensor names and file names");
        var map = new Dictionary<string, string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            budget.Charge(BytesOfEntry, reader.ValueSpan.Length, file);
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new CheckpointException($"{file} puts {Wording.Quote(name)} into {Wording.Kind(reader.TokenType)}; it should be a file name.");
            }

            budget.Charge(0, reader.ValueSpan.Length, file);
            if (!map.TryAdd(name, reader.GetString()!))
            {
                throw new CheckpointException($"{file} has the tensor {Wording.Quote(name)} twice.");
            }
        }

        return map.Count > 0 ? map : throw new CheckpointException($"The weight_map of {file} is empty.");
    }

    private static double? ReadTotal(ref Utf8JsonReader reader, string file)
    {
        double? total = null;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(ref reader, JsonTokenType.StartObject, $"The metadata of {file} is", "an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("total_size"))
            {
                reader.Skip();
                continue;
            }

            // Some tools write it with a decimal point.
            reader.Read();
            Expect(ref reader, JsonTokenType.Number, $"The total_size of {file} is", "a number of bytes");
            total = reader.TryGetDouble(out var value) ? value : double.NaN;
        }

        return total;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token, string what, string should)
    {
        if (reader.TokenType != token)
        {
            throw new CheckpointException($"{what} {Wording.Kind(reader.TokenType)}; it should be {should}.");
        }
    }
}
