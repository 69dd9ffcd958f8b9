namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>Cosines and sines of the rotary angles, [maxTokens, pairs, 2], computed as the context grows.</summary>
internal sealed unsafe class RopeTable : IDisposable
{
    private readonly float[] _frequencies;
    private readonly double _magnitude;
    private readonly int _maxTokens;
    private readonly NativeBlock _block;
    private int _filled;

    public RopeTable(ReadOnlySpan<float> frequencies, float magnitude, int maxTokens)
    {
        _frequencies = frequencies.ToArray();
        _magnitude = magnitude;
        _maxTokens = maxTokens;
        _block = new NativeBlock((long)maxTokens * _frequencies.Length * 2 * sizeof(float));
    }

    public float* Values => (float*)_block.Pointer;

    /// <summary>Makes the first <paramref name="tokens"/> rows valid.</summary>
    public void Grow(int tokens)
    {
        if (tokens <= _filled)
        {
            return;
        }

        // Some rows ahead, so that decode does not come here on every step.
        var end = (int)Math.Min(_maxTokens, (long)tokens + Step.PageTokens);
        for (var position = _filled; position < end; position++)
        {
            var row = Values + (long)position * _frequencies.Length * 2;
            for (var pair = 0; pair < _frequencies.Length; pair++)
            {
                // The angle is rounded to float32 first, as the published code does.
                var angle = (float)position * _frequencies[pair];
                row[2 * pair] = (float)(Math.Cos(angle) * _magnitude);
                row[2 * pair + 1] = (float)(Math.Sin(angle) * _magnitude);
            }
        }

        _filled = end;
    }

    public void Dispose() => _block.Dispose();
}
