using System.Globalization;

namespace DeepSeekCompiler.Runtime.Training;

/// <summary>What a training pass refuses, in a sentence each.</summary>
internal static class TrainingChecks
{
    public static void Sizes(TrainingLayout layout, int batch, int length, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (length > TrainingPass.MaxLength)
            throw new ArgumentException(Text($"A row of {length} tokens is longer than the {TrainingPass.MaxLength} that training attention takes."), nameof(length));
        // Kernels count the numbers of a buffer in 32 bits.
        int widest = layout.Kept.Concat(layout.Work).DefaultIfEmpty(1).Max();
        if ((long)batch * length > int.MaxValue / Math.Max(widest, 1024))
            throw new ArgumentException(Text($"{batch} rows of {length} tokens, {widest} numbers each, are more than one micro-batch holds; use more, smaller ones."), nameof(batch));
    }

    public static void Batch(ReadOnlySpan<int> tokens, int batch, int length, TrainingPass pass)
    {
        int shortest = pass.Layout.Info.NumNextnPredictLayers > 0 ? 3 : 2;
        if (batch < 1 || batch > pass.MaxBatch) throw new ArgumentException(Text($"A micro-batch of {batch} rows does not fit: this pass takes 1 to {pass.MaxBatch}."), nameof(batch));
        if (length < shortest || length > pass.MaxRow)
            throw new ArgumentException(Text($"Rows of {length} tokens do not fit: this pass takes {shortest} to {pass.MaxRow}."), nameof(length));
        if (tokens.Length != (long)batch * length)
            throw new ArgumentException(Text($"{batch} rows of {length} tokens are {(long)batch * length} ids, and {tokens.Length} were given."), nameof(tokens));
        for (int i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] >= pass.Layout.Info.VocabSize)
                throw new ArgumentException(Text($"Token {tokens[i]} at row {i / length}, position {i % length} is outside the vocabulary of {pass.Layout.Info.VocabSize}."), nameof(tokens));
            if (tokens[i] >= 0 && i % length > 0 && tokens[i - 1] < 0)
                throw new ArgumentException(Text($"Row {i / length} has padding in front of position {i % length}; padding stands at the end of a row."), nameof(tokens));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
