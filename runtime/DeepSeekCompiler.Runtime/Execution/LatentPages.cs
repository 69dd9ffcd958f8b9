using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>The cache of one sequence: a page table a layer, pages allocated for all layers at once as the context grows, never moved.</summary>
internal sealed unsafe class LatentPages : IDisposable
{
    private readonly int _layers;
    private readonly long _pageBytes;
    private readonly int _capacity;
    private readonly byte** _tables;
    private readonly byte** _blocks;
    private int _count;

    public LatentPages(int layers, int rowBytes, int maxTokens)
    {
        _layers = layers;
        _pageBytes = ((long)rowBytes * Step.PageTokens + 63) & ~63L;
        _capacity = (maxTokens - 1) / Step.PageTokens + 1;
        _tables = (byte**)NativeMemory.AllocZeroed((nuint)layers * (nuint)_capacity + 1, (nuint)sizeof(byte*));
        _blocks = (byte**)NativeMemory.AllocZeroed((nuint)_capacity, (nuint)sizeof(byte*));
    }

    ~LatentPages() => Free();

    /// <summary>Pages a layer that exist now.</summary>
    public int Count => _count;

    /// <summary>The page table of one layer.</summary>
    public byte** Table(int layer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layer, _layers);
        return _tables + (nint)layer * _capacity;
    }

    /// <summary>Makes room for the first <paramref name="tokens"/> positions.</summary>
    public void Grow(int tokens)
    {
        while ((long)_count * Step.PageTokens < tokens)
        {
            var block = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(_pageBytes * _layers, 64), 64);
            for (var layer = 0; layer < _layers; layer++)
            {
                _tables[(nint)layer * _capacity + _count] = block + layer * _pageBytes;
            }

            _blocks[_count++] = block;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        while (_count > 0)
        {
            NativeMemory.AlignedFree(_blocks[--_count]);
        }

        NativeMemory.Free(_tables);
        NativeMemory.Free(_blocks);
    }
}
