using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Reads the header of a safetensors file: 8 bytes of little-endian length, then JSON. Everything in it is checked before it is believed.</summary>
internal ref struct SafetensorsHeader
{
    private const int MostDimensions = 8;

    private readonly string _file;
    private readonly long _dataStart;
    private readonly long _dataLength;
    private Utf8JsonReader _reader;

    private SafetensorsHeader(string file, ReadOnlySpan<byte> json, long fileLength)
    {
        _file = file;
        _dataStart = 8 + json.Length;
        _dataLength = fileLength - _dataStart;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
    }

    /// <param name="file">Name for messages.</param>
    /// <param name="bytes">The start of the file, header included.</param>
    /// <param name="fileLength">Bytes of the file.</param>
    public static unsafe List<SafetensorsTensor> Read(string file, byte* bytes, long fileLength)
    {
        if (fileLength < 8) throw new CheckpointException($"{file} has {fileLength} bytes; a safetensors file starts with 8 bytes of header length.");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(bytes, 8));
        if (length > (ulong)(fileLength - 8))
            throw new CheckpointException($"{file} says that its header has {length} bytes, but only {fileLength - 8} bytes follow; the file is truncated or not a safetensors file.");
        if (length is < 2 or > 512UL << 20)
            throw new CheckpointException($"{file} says that its header has {length} bytes; a header is JSON of 2 bytes to 512 MiB.");
        var header = new SafetensorsHeader(file, new ReadOnlySpan<byte>(bytes + 8, (int)length), fileLength);
        try
        {
            return header.Tensors();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new CheckpointException($"The header of {file} is no valid JSON: {FirstSentence(e.Message)}", e);
        }
    }

    private List<SafetensorsTensor> Tensors()
    {
        Expect(_reader.Read() && _reader.TokenType == JsonTokenType.StartObject, "is not a JSON object");
        var tensors = new List<SafetensorsTensor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = _reader.GetString()!;
            if (!names.Add(name)) throw new CheckpointException($"The header of {_file} names {Shown(name)} twice.");
            _reader.Read();
            if (name == "__metadata__")
            {
                Expect(_reader.TokenType == JsonTokenType.StartObject, "has a __metadata__ that is not an object");
                _reader.Skip();
                continue;
            }

            tensors.Add(Tensor(name));
        }

        Expect(_reader.TokenType == JsonTokenType.EndObject, "ends in the middle");
        while (_reader.Read())
        {
        }

        CheckLayout(tensors);
        return tensors;
    }

    private SafetensorsTensor Tensor(string name)
    {
        string shown = Shown(name);
        Expect(_reader.TokenType == JsonTokenType.StartObject, $"describes {shown} by something that is not an object");
        string? dtype = null;
        List<long>? shape = null, offsets = null;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = _reader.GetString()!;
            _reader.Read();
            switch (key)
            {
                case "dtype":
                    Expect(dtype is null, $"gives {shown} two dtypes");
                    Expect(_reader.TokenType == JsonTokenType.String, $"gives {shown} a dtype that is not a string");
                    dtype = _reader.GetString();
                    break;
                case "shape":
                    Expect(shape is null, $"gives {shown} two shapes");
                    shape = Numbers(shown, "shape", MostDimensions);
                    break;
                case "data_offsets":
                    Expect(offsets is null, $"gives {shown} two data_offsets");
                    offsets = Numbers(shown, "data_offsets", 2);
                    break;
                default:
                    throw new CheckpointException($"The header of {_file} gives {shown} the unknown key {Shown(key)}; dtype, shape and data_offsets are known.");
            }
        }

        Expect(dtype is not null, $"gives {shown} no dtype");
        Expect(shape is not null, $"gives {shown} no shape");
        Expect(offsets is { Count: 2 }, $"gives {shown} no pair of data_offsets");
        if (!SafetensorsTypes.TryParse(dtype!, out var type)) throw new CheckpointException($"{shown} in {_file} has the dtype {Shown(dtype!)}, which is not read here.");
        long begin = offsets![0], end = offsets[1];
        if (begin > end || end > _dataLength)
            throw new CheckpointException($"{shown} in {_file} lies at bytes {begin} to {end}, outside the {_dataLength} bytes of data; the file is truncated or its header is wrong.");
        var tensor = new SafetensorsTensor(name, type, shape!, _dataStart + begin, end - begin);
        Int128 bytes = SafetensorsTypes.Size(type);
        foreach (long extent in shape!) bytes = bytes > long.MaxValue ? bytes : bytes * extent;
        if (bytes != tensor.Length)
            throw new CheckpointException($"{shown} in {_file} has shape {tensor.ShapeText} of {dtype}, which is {bytes} bytes, but its offsets span {tensor.Length}.");
        return tensor;
    }

    private List<long> Numbers(string tensor, string key, int most)
    {
        Expect(_reader.TokenType == JsonTokenType.StartArray, $"gives {tensor} a {key} that is not an array");
        var numbers = new List<long>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            long number = -1;
            Expect(_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out number) && number >= 0, $"gives {tensor} a {key} that holds more than whole numbers from 0 up");
            Expect(numbers.Count < most, $"gives {tensor} more than {most} numbers of {key}");
            numbers.Add(number);
        }

        return numbers;
    }

    private void CheckLayout(List<SafetensorsTensor> tensors)
    {
        var sorted = tensors.ToArray();
        Array.Sort(sorted, (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Length.CompareTo(b.Length));
        long at = _dataStart;
        SafetensorsTensor? before = null;
        foreach (var tensor in sorted)
        {
            if (tensor.Offset < at) throw new CheckpointException($"{Shown(tensor.Name)} and {Shown(before!.Name)} overlap in {_file}.");
            if (tensor.Offset > at) throw new CheckpointException($"{_file} has {tensor.Offset - at} bytes in front of {Shown(tensor.Name)} that belong to no tensor.");
            at = tensor.Offset + tensor.Length;
            before = tensor;
        }

        if (at != _dataStart + _dataLength) throw new CheckpointException($"{_file} has {_dataStart + _dataLength - at} bytes at its end that belong to no tensor.");
    }

    private readonly void Expect(bool holds, string problem)
    {
        if (!holds) throw new CheckpointException($"The header of {_file} {problem}.");
    }

    /// <summary>A name for a message: short, on one line.</summary>
    internal static string Shown(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name.Length > 120 ? name.AsSpan(0, 120) : name) text.Append(char.IsControl(c) ? '?' : c);
        if (name.Length > 120) text.Append("...");
        return text.Length == 0 ? "a tensor without a name" : text.ToString();
    }

    internal static string FirstSentence(string message)
    {
        int end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..(end + 1)];
    }
}
