using System.Runtime.InteropServices;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Hopper;

/// <summary>The maps of matrices that kernels have tiles copied from, in device memory, each made once: weights never move, and activations have a map for every
/// number of rows that came up.</summary>
internal sealed unsafe class TileMaps(OpenDevice device) : IDisposable
{
    private const int MapBytes = 128;
    private const int ChunkMaps = 512;

    private readonly Dictionary<(long Address, TileMapPlan Plan), long> _maps = [];
    private readonly List<MemoryBuffer1D<byte, Stride1D.Dense>> _chunks = [];
    private delegate* unmanaged<void*, int, uint, void*, ulong*, ulong*, uint*, uint*, int, int, int, int, int> _encode;

    /// <summary>Address of a matrix' map.</summary>
    /// <exception cref="DeviceException">The driver refuses it, or is older than Hopper.</exception>
    public long Get(long address, TileMapPlan plan)
    {
        if (_maps.TryGetValue((address, plan), out var map))
        {
            return map;
        }

        var index = _maps.Count % ChunkMaps;
        if (index == 0)
        {
            _chunks.Add(DeviceRun.Allocate<byte>(device.Accelerator, MapBytes * ChunkMaps, device.Info));
        }

        // Maps are read in pieces of 64 bytes, here and on the device, whose allocations are aligned to more.
        var image = (byte*)NativeMemory.AlignedAlloc(MapBytes, 64);
        try
        {
            Encode(image, address, plan);
            var place = _chunks[^1].View.BaseView.SubView(index * MapBytes, MapBytes);
            place.CopyFromHost(new ReadOnlySpan<byte>(image, MapBytes));
            return _maps[(address, plan)] = place.LoadEffectiveAddressAsPtr();
        }
        finally
        {
            NativeMemory.AlignedFree(image);
        }
    }

    public void Dispose()
    {
        foreach (var chunk in _chunks)
        {
            chunk.Dispose();
        }

        _chunks.Clear();
        _maps.Clear();
    }

    private void Encode(void* image, long address, TileMapPlan plan)
    {
        if (_encode is null)
        {
            var function = DriverLibraries.CudaFunction("cuTensorMapEncodeTiled");
            _encode = function != 0
                ? (delegate* unmanaged<void*, int, uint, void*, ulong*, ulong*, uint*, uint*, int, int, int, int, int>)function
                : throw new DeviceException("The CUDA driver has no cuTensorMapEncodeTiled, which kernels for sm_90a need; drivers from 525 on have it.");
        }

        ulong* size = stackalloc ulong[] { plan.Columns, plan.Rows };
        var pitch = plan.PitchBytes;
        uint* box = stackalloc uint[] { plan.BoxColumns, plan.BoxRows };
        uint* every = stackalloc uint[] { 1, 1 };
        var error = _encode(
            image, plan.ElementType, 2, (void*)address, size, &pitch, box, every, TileMapPlan.NoInterleave, TileMapPlan.Swizzle128, TileMapPlan.Promotion256, TileMapPlan.ZeroFill);
        if (error != 0)
        {
            throw new DeviceException($"The CUDA driver makes no map of {plan} (error {error}).");
        }
    }
}
