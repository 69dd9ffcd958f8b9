using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>Two marks in a stream and the time that the device took between them. Only measurements need these functions of the driver.</summary>
internal sealed unsafe class CudaEvents : IDisposable
{
    private static readonly delegate* unmanaged<nint*, uint, int> s_create = (delegate* unmanaged<nint*, uint, int>)CudaDriver.Find("cuEventCreate");
    private static readonly delegate* unmanaged<nint, nint, int> s_record = (delegate* unmanaged<nint, nint, int>)CudaDriver.Find("cuEventRecord");
    private static readonly delegate* unmanaged<nint, int> s_synchronize = (delegate* unmanaged<nint, int>)CudaDriver.Find("cuEventSynchronize");
    private static readonly delegate* unmanaged<float*, nint, nint, int> s_elapsed = (delegate* unmanaged<float*, nint, nint, int>)CudaDriver.Find("cuEventElapsedTime");
    private static readonly delegate* unmanaged<nint, int> s_destroy = (delegate* unmanaged<nint, int>)CudaDriver.Find("cuEventDestroy_v2");

    private readonly nint _stream;
    private readonly nint _begin;
    private readonly nint _end;

    /// <param name="stream">The stream.</param>
    /// <exception cref="DeviceException">The driver has no events to give.</exception>
    public CudaEvents(nint stream) => (_stream, _begin, _end) = (stream, Create(), Create());

    /// <summary>Microseconds from before the first to behind the last launch.</summary>
    /// <param name="launches">Queues launches to the stream.</param>
    public double Measure(Action launches)
    {
        ArgumentNullException.ThrowIfNull(launches);
        CudaDriver.Check(s_record(_begin, _stream), "record an event");
        launches();
        CudaDriver.Check(s_record(_end, _stream), "record an event");
        CudaDriver.Check(s_synchronize(_end), "finish what was launched");
        float milliseconds;
        CudaDriver.Check(s_elapsed(&milliseconds, _begin, _end), "say what time passed");
        return milliseconds * 1e3;
    }

    public void Dispose()
    {
        s_destroy(_begin);
        s_destroy(_end);
    }

    private static nint Create()
    {
        nint made;
        CudaDriver.Check(s_create(&made, 0), "make an event");
        return made;
    }
}
