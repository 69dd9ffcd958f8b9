using System.Text;

namespace DeepSeekCompiler.Peers.Tests;

/// <summary>Reads a GGUF file by the letter of its specification; knows nothing of the writer.</summary>
internal sealed class GgufFile
{
    private readonly byte[] _bytes;
    private int _at;

    public GgufFile(string path)
    {
        _bytes = File.ReadAllBytes(path);
        Assert.Equal("GGUF"u8.ToArray(), Take(4));
        Assert.Equal(3u, UInt32());
        ulong tensors = UInt64(), keys = UInt64();
        for (ulong i = 0; i < keys; i++) Metadata.Add(Text(), Value());
        for (ulong i = 0; i < tensors; i++)
        {
            string name = Text();
            long[] extents = new long[UInt32()];
            for (int d = 0; d < extents.Length; d++) extents[d] = (long)UInt64();
            Tensors.Add(name, (extents, UInt32(), (long)UInt64()));
        }

        DataStart = (_at + 31) / 32 * 32;
    }

    public Dictionary<string, object> Metadata { get; } = [];

    public Dictionary<string, (long[] Extents, uint Type, long Offset)> Tensors { get; } = [];

    public int DataStart { get; }

    public int Length => _bytes.Length;

    /// <summary>Bytes of a tensor; 0, 8 and 30 are F32, Q8_0 and BF16.</summary>
    public ReadOnlySpan<byte> Data(string name)
    {
        var (extents, type, offset) = Tensors[name];
        long numbers = extents.Aggregate(1L, (a, b) => a * b);
        long bytes = type switch { 0 => 4 * numbers, 30 => 2 * numbers, 8 => numbers / 32 * 34, _ => throw new InvalidDataException($"type {type}") };
        return _bytes.AsSpan((int)(DataStart + offset), (int)bytes);
    }

    /// <summary>Numbers of an F32 or BF16 tensor.</summary>
    public float[] Numbers(string name)
    {
        byte[] data = Data(name).ToArray();
        return Tensors[name].Type == 0
            ? [.. Enumerable.Range(0, data.Length / 4).Select(i => BitConverter.ToSingle(data, 4 * i))]
            : [.. Enumerable.Range(0, data.Length / 2).Select(i => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(data, 2 * i) << 16))];
    }

    private object Value() => UInt32() switch
    {
        4 => UInt32(),
        6 => BitConverter.ToSingle(Take(4)),
        7 => Take(1)[0] == 1,
        8 => Text(),
        var type => throw new InvalidDataException($"value type {type}"),
    };

    private string Text() => Encoding.UTF8.GetString(Take((int)UInt64()));

    private uint UInt32() => BitConverter.ToUInt32(Take(4));

    private ulong UInt64() => BitConverter.ToUInt64(Take(8));

    private byte[] Take(int count) => _bytes[_at..(_at += count)];
}
