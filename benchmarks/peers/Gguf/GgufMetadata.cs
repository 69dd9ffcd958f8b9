using System.Text;

namespace DeepSeekCompiler.Peers.Gguf;

/// <summary>The keys at the head of a GGUF file, in the order in which they were set.</summary>
internal sealed class GgufMetadata
{
    // Numbers of the format.
    private const uint TypeUInt32 = 4, TypeFloat32 = 6, TypeBool = 7, TypeString = 8;

    private readonly List<(string Key, Action<BinaryWriter> Write)> _entries = [];

    public int Count => _entries.Count;

    public void Set(string key, int value) => Add(key, TypeUInt32, w => w.Write(checked((uint)value)));

    public void Set(string key, float value) => Add(key, TypeFloat32, w => w.Write(value));

    public void Set(string key, bool value) => Add(key, TypeBool, w => w.Write((byte)(value ? 1 : 0)));

    public void Set(string key, string value) => Add(key, TypeString, w => WriteText(w, value));

    public void Write(BinaryWriter writer)
    {
        foreach (var (key, write) in _entries)
        {
            WriteText(writer, key);
            write(writer);
        }
    }

    /// <summary>A length and UTF-8 bytes.</summary>
    public static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private void Add(string key, uint type, Action<BinaryWriter> write) => _entries.Add((key, w =>
    {
        w.Write(type);
        write(w);
    }));
}
