using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Peers.Gguf;

/// <summary>Rows of checkpoint tensors as float32, and the rearrangements that llama.cpp's layout asks for.</summary>
internal static class CheckpointRows
{
    /// <summary>One tensor as it is stored.</summary>
    public static RowReader Of(CheckpointTensor tensor) => (row, values) => Read(tensor, row, values);

    /// <summary>Tensors of one shape behind each other: the experts of a layer.</summary>
    public static RowReader Stacked(IReadOnlyList<CheckpointTensor> tensors)
    {
        long rows = tensors[0].Shape[0];
        return (row, values) => Read(tensors[(int)(row / rows)], row % rows, values);
    }

    /// <summary>Of every head's rows, the ones from <paramref name="first"/> on.</summary>
    /// <param name="tensor">[heads * perHead, columns].</param>
    /// <param name="perHead">Rows of a head.</param>
    /// <param name="first">Within a head.</param>
    /// <param name="count">Of every head.</param>
    public static RowReader OfHeads(CheckpointTensor tensor, int perHead, int first, int count) =>
        (row, values) => Read(tensor, (row / count * perHead) + first + (row % count), values);

    /// <summary>The first rows of every head, each head transposed: a row has one number of each of them.</summary>
    /// <param name="tensor">[heads * perHead, columns].</param>
    /// <param name="perHead">Rows of a head.</param>
    public static RowReader OfHeadsTransposed(CheckpointTensor tensor, int perHead)
    {
        long columns = tensor.Shape[1];
        return (row, values) =>
        {
            long first = row / columns * perHead;
            for (int i = 0; i < values.Length; i++) Read(tensor, first + i, values.Slice(i, 1), row % columns);
        };
    }

    private static unsafe void Read(CheckpointTensor tensor, long row, Span<float> values, long column = 0)
    {
        long begin = (row * tensor.Shape[^1]) + column;
        if (tensor.Type == SafetensorsType.F32)
        {
            new ReadOnlySpan<float>((float*)tensor.Data + begin, values.Length).CopyTo(values);
            return;
        }

        if (tensor.Type != SafetensorsType.BF16) throw new PeerException($"{tensor.Name} is stored as {tensor.Type}; only F32 and BF16 are written as GGUF.");
        ushort* codes = (ushort*)tensor.Data + begin;
        for (int i = 0; i < values.Length; i++) values[i] = BF16.Decode(codes[i]);
    }
}
