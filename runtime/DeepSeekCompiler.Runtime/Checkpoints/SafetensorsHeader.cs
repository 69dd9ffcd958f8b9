using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Reads and checks the header of a safetensors file: 8 bytes length, JSON, then tensors back to back without gaps.</summary>
internal static unsafe class SafetensorsHeader
{
    /// <summary>The longest header the format allows.</summary>
    public const long MaxLength = 100_000_000;

    // Objects of one tensor: itself, its shape, its name without the characters, its places in lists and dictionaries as they grow.
    private const int BytesOfTensor = 448;

    /// <summary>All tensors, in the order of their data, with their pointers set.</summary>
    /// <exception cref="CheckpointException">The file is no sound safetensors file.</exception>
    public static List<CheckpointTensor> Read(MappedFile file, AllocationBudget budget)
    {
        var header = HeaderOf(file);
        var tensors = Parse(header, file, budget);
        tensors.Sort((a, b) => (a.Begin, a.Bytes).CompareTo((b.Begin, b.Bytes)));
        var start = 8 + header.Length;
        CheckPlaces(tensors, file.Length - start, file.Name);
        foreach (var tensor in tensors)
        {
            tensor.Data = file.Pointer + start + tensor.Begin;
        }

        return tensors;
    }

    private static ReadOnlySpan<byte> HeaderOf(MappedFile file)
    {
        if (file.Length < 8)
        {
            throw new CheckpointException(Wording.Of(
                $"{file.Name} has {file.Length} bytes; a safetensors file begins with 8 bytes that give the length of its header."));
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(file.Pointer, 8));
        var rest = (ulong)file.Length - 8;
        if (length > rest)
        {
            throw new CheckpointException(Wording.Of($"{file.Name} gives its header a length of {length} bytes, but only {rest} bytes follow."));
        }

        if (length is < 2 or > MaxLength)
        {
            throw new CheckpointException(Wording.Of($"{file.Name} gives its header a length of {length} bytes; it can be 2 to {MaxLength}."));
        }

        return new ReadOnlySpan<byte>(file.Pointer + 8, (int)length);
    }

    private static List<CheckpointTensor> Parse(ReadOnlySpan<byte> header, MappedFile file, AllocationBudget budget)
    {
        if (!Utf8.IsValid(header))
        {
            throw new CheckpointException($"The header of {file.Name} is not valid UTF-8.");
        }

        var reader = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = 16 });
        var tensors = new List<CheckpointTensor>();
        var names = new HashSet<string>();
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new CheckpointException($"The header of {file.Name} is {Wording.Kind(reader.TokenType)}; it should be a JSON object.");
            }

            var hasMetadata = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("__metadata__"))
                {
                    hasMetadata = hasMetadata ? throw new CheckpointException($"{file.Name} has __metadata__ twice.") : true;
                    SkipMetadata(ref reader, file.Name);
                    continue;
                }

                budget.Charge(BytesOfTensor, reader.ValueSpan.Length, file.Name);
                var name = reader.GetString()!;
                if (!names.Add(name))
                {
                    throw new CheckpointException($"{file.Name} has the tensor {Wording.Quote(name)} twice.");
                }

                tensors.Add(new TensorEntryReader(file.Name, name).Read(ref reader));
            }

            // Only white space may follow the object: it pads the header.
            reader.Read();
            return tensors;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Names with half a surrogate pair are an InvalidOperationException.
            throw new CheckpointException(Wording.Of($"The header of {file.Name} is not valid JSON near byte {8 + reader.BytesConsumed} of the file."), e);
        }
    }

    private static void SkipMetadata(ref Utf8JsonReader reader, string file)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new CheckpointException($"__metadata__ of {file} is {Wording.Kind(reader.TokenType)}; it should be an object of texts.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new CheckpointException($"__metadata__ of {file} holds {Wording.Kind(reader.TokenType)}; it should be an object of texts.");
            }
        }
    }

    private static void CheckPlaces(List<CheckpointTensor> tensors, long dataBytes, string file)
    {
        var position = 0L;
        CheckpointTensor? before = null;
        foreach (var tensor in tensors)
        {
            if (tensor.Begin + tensor.Bytes > dataBytes)
            {
                throw new CheckpointException(Wording.Of(
                    $"{file}: tensor {Wording.Quote(tensor.Name)} ends at byte {tensor.Begin + tensor.Bytes} of the data, but the file holds {dataBytes}; it may be truncated."));
            }

            if (tensor.Begin < position)
            {
                throw new CheckpointException(Wording.Of(
                    $"{file}: tensor {Wording.Quote(tensor.Name)} begins at byte {tensor.Begin} of the data and overlaps {Wording.Quote(before!.Name)}, which ends at {position}."));
            }

            if (tensor.Begin > position)
            {
                throw new CheckpointException(Wording.Of(
                    $"{file}: tensor {Wording.Quote(tensor.Name)} begins at byte {tensor.Begin} of the data, {tensor.Begin - position} bytes behind what comes before; tensors must lie back to back."));
            }

            position += tensor.Bytes;
            before = tensor;
        }

        if (position != dataBytes)
        {
            throw new CheckpointException(Wording.Of($"{file} holds {dataBytes} bytes of data, but its tensors take {position}."));
        }
    }
}
