using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>The cache of one sequence: a page table a layer, pages allocated for all layers at once as the context grows, never moved. They lie in blocks
/// of several, so that the system can give large pages; what no token has reached takes addresses, no memory.</summary>
internal sealed unsafe class LatentPages : IDisposable
{
    private const long BlockBytes = 4L * LargePages.Bytes;

    private readonly int _layers;
    private readonly long _pageBytes;
    private readonly int _capacity;
    private readonly byte** _tables;
    private readonly byte** _blocks;
    private readonly int _blockPages;
    private int _count;

    public LatentPages(int layers, int rowBytes, int maxTokens)
    {
        _layers = layers;
        _pageBytes = ((long)rowBytes * Step.PageTokens + 63) & ~63L;
        _capacity = (maxTokens - 1) / Step.PageTokens + 1;
        _tables = (byte**)NativeMemory.AllocZeroed((nuint)layers * (nuint)_capacity + 1, (nuint)sizeof(byte*));
        _blockPages = (int)Math.Clamp(BlockBytes / Math.Max(_pageBytes * layers, 1), 1, _capacity);
        _blocks = (byte**)NativeMemory.AllocZeroed((nuint)((_capacity + _blockPages - 1) / _blockPages), (nuint)sizeof(byte*));
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
            var within = _count % _blockPages;
            ref var block = ref _blocks[_count / _blockPages];
            if (within == 0)
            {
                block = LargePages.Allocate(_pageBytes * _layers * Math.Min(_blockPages, _capacity - _count));
            }

            for (var layer = 0; layer < _layers; layer++)
            {
                _tables[(nint)layer * _capacity + _count] = block + (within * _layers + layer) * _pageBytes;
            }

            _count++;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        for (var i = 0; i < _count; i += _blockPages)
        {
            NativeMemory.AlignedFree(_blocks[i / _blockPages]);
        }

        _count = 0;

        NativeMemory.Free(_tables);
        NativeMemory.Free(_blocks);
    }
}
