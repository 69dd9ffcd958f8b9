using System.Buffers.Binary;
using System.Text;

namespace DeepSeekCompiler.Runtime.Tests.Checkpoints;

/// <summary>Makes safetensors files by hand, sound and unsound ones.</summary>
internal static class Crafted
{
    /// <summary>A file with a header that is told its true length.</summary>
    public static byte[] File(string header, int dataBytes) => File(Encoding.UTF8.GetBytes(header), dataBytes);

    public static byte[] File(byte[] header, int dataBytes) => File((ulong)header.Length, header, dataBytes);

    public static byte[] File(ulong length, byte[] header, int dataBytes)
    {
        var file = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        header.CopyTo(file, 8);
        return file;
    }

    /// <summary>An entry such as <c>"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}</c>.</summary>
    public static string Entry(string name, string dtype, string shape, long begin, long end) =>
        FormattableString.Invariant($"\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":[{begin},{end}]}}");

    /// <summary>A sound file with one float32 vector for each name, of the given length.</summary>
    public static byte[] Vectors(int length, params string[] names) =>
        File("{" + string.Join(",", names.Select((n, i) => Entry(n, "F32", $"[{length}]", 4L * i * length, 4L * (i + 1) * length))) + "}", 4 * names.Length * length);
}
