using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Writes safetensors files in the layout of the Hugging Face library: header without white space, padded with spaces to a multiple of 8.</summary>
public static class SafetensorsWriter
{
    /// <param name="path">Written beside and renamed, so that no half file is left.</param>
    /// <param name="tensors">Name, type, shape, and what writes the tensor's bytes in order.</param>
    public static void Write(string path, IReadOnlyList<(string Name, SafetensorsType Type, long[] Shape, Action<Stream> Write)> tensors)
    {
        string partial = path + ".partial";
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            var header = Header(tensors);
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in tensors) tensor.Write(stream);
        }

        File.Move(partial, path, true);
    }

    private static byte[] Header(IReadOnlyList<(string Name, SafetensorsType Type, long[] Shape, Action<Stream> Write)> tensors)
    {
        var text = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        long at = 0;
        foreach (var (name, type, shape, _) in tensors)
        {
            long end = at + shape.Aggregate((long)SafetensorsTypes.Size(type), (a, b) => a * b);
            text.Append(CultureInfo.InvariantCulture,
                $",\"{JsonEncodedText.Encode(name)}\":{{\"dtype\":\"{SafetensorsTypes.Name(type)}\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[{at},{end}]}}");
            at = end;
        }

        text.Append('}');
        while (Encoding.UTF8.GetByteCount(text.ToString()) % 8 != 0) text.Append(' ');
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
