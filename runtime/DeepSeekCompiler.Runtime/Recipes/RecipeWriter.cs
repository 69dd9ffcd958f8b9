using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Kernels.Primitives;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>Writes the checkpoint of a recipe, tensor by tensor and band by band, with all cores.</summary>
public static class RecipeWriter
{
    /// <summary>Rows made at once: a whole number of FP8 blocks.</summary>
    private const int Band = 1024;

    public static void Write(Recipe recipe, string folder)
    {
        Directory.CreateDirectory(folder);
        var byName = recipe.Tensors.ToDictionary(t => t.Name);
        var files = recipe.Tensors.Select(t => t.File).Distinct().ToList();
        foreach (string file in files)
        {
            var tensors = recipe.Tensors.Where(t => t.File == file)
                .Select(t => (t.Name, t.Type, t.Shape, (Action<Stream>)(s => WriteTensor(recipe.Seed, t, byName, s)))).ToList();
            SafetensorsWriter.Write(Path.Combine(folder, file), tensors);
        }

        if (files.Count > 1 || files[0] != "model.safetensors") WriteIndex(recipe, folder);
    }

    private static void WriteTensor(ulong seed, RecipeTensor tensor, Dictionary<string, RecipeTensor> byName, Stream stream)
    {
        bool scales = tensor.ScalesOf is not null;
        var weight = scales ? byName[tensor.ScalesOf!] : tensor;
        ulong key = RecipeValues.Key(weight.ValuesOf ?? weight.Name, seed);
        for (long row = 0; row < weight.Rows; row += Band)
        {
            long rows = Math.Min(Band, weight.Rows - row);
            if (weight.Type != SafetensorsType.F8E4M3) stream.Write(Plain(weight, key, row, rows));
            else
            {
                var (codes, blockScales) = Quantized(weight, key, row, rows);
                stream.Write(scales ? MemoryMarshal.AsBytes<float>(blockScales) : codes);
            }
        }
    }

    private static byte[] Plain(RecipeTensor t, ulong key, long row, long rows)
    {
        int size = SafetensorsTypes.Size(t.Type);
        var bytes = new byte[rows * t.Columns * size];
        Parallel.For(0, rows, r =>
        {
            var target = bytes.AsSpan((int)(r * t.Columns * size));
            for (int c = 0; c < t.Columns; c++)
            {
                float value = RecipeValues.At(key, ((row + r) * t.Columns) + c, t.Scale, t.Offset);
                if (size == 4) BinaryPrimitives.WriteSingleLittleEndian(target[(4 * c)..], value);
                else BinaryPrimitives.WriteUInt16LittleEndian(target[(2 * c)..], Scalars.ToBF16(value));
            }
        });
        return bytes;
    }

    private static (byte[] Codes, float[] Scales) Quantized(RecipeTensor t, ulong key, long row, long rows)
    {
        int columns = (int)t.Columns, blockColumns = (columns + 127) / 128, blockRows = (int)(rows + 127) / 128;
        var codes = new byte[rows * columns];
        var scales = new float[blockRows * blockColumns];
        Parallel.For(0, blockRows * blockColumns, block =>
        {
            int top = block / blockColumns * 128, left = block % blockColumns * 128;
            int height = (int)Math.Min(128, rows - top), width = Math.Min(128, columns - left);
            Span<float> values = new float[height * width];
            float most = 0;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = RecipeValues.At(key, ((row + top + (i / width)) * columns) + left + (i % width), t.Scale, t.Offset);
                most = Math.Max(most, Math.Abs(values[i]));
            }

            float scale = most == 0 ? 1 : most / 448f;
            scales[block] = scale;
            for (int i = 0; i < values.Length; i++) codes[((top + (i / width)) * columns) + left + (i % width)] = E4M3.Encode(values[i] / scale);
        });
        return (codes, scales);
    }

    private static void WriteIndex(Recipe recipe, string folder)
    {
        using var stream = File.Create(Path.Combine(folder, "model.safetensors.index.json"));
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", recipe.Tensors.Sum(t => t.Shape.Aggregate((long)SafetensorsTypes.Size(t.Type), (a, b) => a * b)));
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var t in recipe.Tensors) json.WriteString(t.Name, t.File);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
