using System.Buffers;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>A part of a tensor that one thread makes in one go: some elements, or 128 rows of a quantised weight.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Data">First byte of the whole tensor.</param>
/// <param name="Scales">First block scale of the whole tensor; null where it has none.</param>
/// <param name="First">First element.</param>
/// <param name="Count">Elements.</param>
internal readonly unsafe record struct RecipePart(RecipeTensor Tensor, nint Data, nint Scales, long First, int Count)
{
    private const int Elements = 1 << 16;

    /// <summary>Cuts a tensor.</summary>
    public static IEnumerable<RecipePart> Cut(RecipeTensor tensor, nint data, nint scales)
    {
        var total = tensor.Shape.Aggregate(1L, (p, e) => p * e);
        var step = tensor.Type == SafetensorsType.F8E4M3 ? ScaleBlocks.Size * tensor.Shape[1] : Elements;
        for (var first = 0L; first < total; first += step)
        {
            yield return new RecipePart(tensor, data, scales, first, checked((int)Math.Min(step, total - first)));
        }
    }

    /// <summary>Makes the values and stores them.</summary>
    public void Make(ulong seed)
    {
        var values = RecipeValues.Of(Tensor, seed);
        switch (Tensor.Type)
        {
            case SafetensorsType.F32:
                var floats = new Span<float>((float*)Data + First, Count);
                for (var i = 0; i < floats.Length; i++)
                {
                    floats[i] = values.Value(First + i);
                }

                break;
            case SafetensorsType.BF16:
                var codes = new Span<ushort>((ushort*)Data + First, Count);
                for (var i = 0; i < codes.Length; i++)
                {
                    codes[i] = BF16.Encode(values.Value(First + i));
                }

                break;
            default:
                Quantize(values);
                break;
        }
    }

    private void Quantize(RecipeValues values)
    {
        var columns = (int)Tensor.Shape[1];
        var rented = ArrayPool<float>.Shared.Rent(Count);
        var buffer = rented.AsSpan(0, Count);
        for (var i = 0; i < buffer.Length; i++)
        {
            buffer[i] = values.Value(First + i);
        }

        var across = ScaleBlocks.Count(columns);
        Span<float> scales = Scales == 0 ? new float[across] : new Span<float>((float*)Scales + First / columns / ScaleBlocks.Size * across, across);
        BlockQuantizer.Quantize(buffer, Count / columns, columns, new Span<byte>((byte*)Data + First, Count), scales);
        ArrayPool<float>.Shared.Return(rented);
    }
}
