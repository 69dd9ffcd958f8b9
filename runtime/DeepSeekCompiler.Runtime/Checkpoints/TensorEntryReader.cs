using System.Text.Json;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Reads what a safetensors header says of one tensor.</summary>
/// <param name="file">The file, for messages.</param>
/// <param name="name">The tensor.</param>
internal readonly struct TensorEntryReader(string file, string name)
{
    private const int MaxDimensions = 8;

    private const string Form = "an object with dtype, shape and data_offsets";

    /// <summary>Reads the value that follows the name.</summary>
    /// <exception cref="CheckpointException">It does not describe a tensor.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public CheckpointTensor Read(ref Utf8JsonReader reader)
    {
        SafetensorsType? type = null;
        long[]? shape = null, offsets = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Error($"is described by {Wording.Kind(reader.TokenType)}; it should be {Form}");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("dtype"))
            {
                type = Once("dtype", type) ?? ReadType(ref reader);
            }
            else if (reader.ValueTextEquals("shape"))
            {
                shape = Once("shape", shape) ?? ReadNumbers(ref reader, "shape", MaxDimensions);
            }
            else if (reader.ValueTextEquals("data_offsets"))
            {
                offsets = Once("data_offsets", offsets) ?? ReadNumbers(ref reader, "data_offsets", 2);
            }
            else
            {
                throw Error($"has the unknown key {Wording.Quote(reader.GetString()!)}; it should be {Form}");
            }
        }

        return Check(type ?? throw Missing("dtype"), shape ?? throw Missing("shape"), offsets ?? throw Missing("data_offsets"));
    }

    private CheckpointTensor Check(SafetensorsType type, long[] shape, long[] offsets)
    {
        if (offsets.Length != 2)
        {
            throw Error($"has {offsets.Length} data_offsets; it should be 2, begin and end");
        }

        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end)
        {
            throw Error($"has reversed data_offsets: it begins at {begin} and ends at {end}");
        }

        Int128 bytes = SafetensorsTypes.SizeOf(type);
        foreach (var extent in shape)
        {
            // 2^63 is beyond any file; with the check, 128 bits never overflow. A later extent of 0 is no excuse.
            bytes *= extent;
            if (bytes > long.MaxValue)
            {
                throw Error($"has the shape {Wording.Shape(shape)}, which is larger than any file");
            }
        }

        if (bytes != end - begin)
        {
            throw Error($"takes {(long)bytes} bytes as {SafetensorsTypes.NameOf(type)} {Wording.Shape(shape)}, but its data_offsets [{begin}, {end}] cover {end - begin}");
        }

        return new CheckpointTensor(name, type, shape, file, begin, end);
    }

    private SafetensorsType ReadType(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            throw Error($"has {Wording.Kind(reader.TokenType)} as its dtype; it should be a name such as BF16");
        }

        var text = reader.ValueSpan.Length <= 16 ? reader.GetString()! : "a long text";
        return SafetensorsTypes.Find(text) ?? throw Error($"has the dtype {Wording.Quote(text)}, which is not known");
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string key, int most)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Error($"has {Wording.Kind(reader.TokenType)} as its {key}; it should be a list of whole numbers");
        }

        Span<long> numbers = stackalloc long[most];
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == most)
            {
                throw Error($"has more than {most} numbers in its {key}");
            }

            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out numbers[count]) || numbers[count] < 0)
            {
                var written = reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length <= 32
                    ? System.Text.Encoding.UTF8.GetString(reader.ValueSpan)
                    : Wording.Kind(reader.TokenType);
                throw Error($"has {written} in its {key}; it should be a whole number of 0 to 2^63 - 1");
            }

            count++;
        }

        return numbers[..count].ToArray();
    }

    private T? Once<T>(string key, T? value) => value is null ? value : throw Error($"has {key} twice");

    private CheckpointException Missing(string key) => Error($"has no {key}; it should be {Form}");

    private CheckpointException Error(FormattableString what) =>
        new($"{file}: tensor {Wording.Quote(name)} {Wording.Of(what)}.");
}
