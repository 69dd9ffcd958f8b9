using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>Launches that were recorded once and are queued again as a whole.</summary>
internal sealed unsafe class CudaGraph : IDisposable
{
    private nint _executable;

    private CudaGraph(nint executable) => _executable = executable;

    /// <summary>Records launches instead of running them.</summary>
    /// <param name="stream">The stream that they go to.</param>
    /// <param name="launches">Queues them.</param>
    /// <param name="refusal">Why there is no graph, in a sentence; null where there is one.</param>
    public static CudaGraph? Record(nint stream, Action launches, out string? refusal)
    {
        // Other threads may do what a recording forbids to its own: CU_STREAM_CAPTURE_MODE_THREAD_LOCAL.
        var error = CudaDriver.Api.StreamBeginCapture(stream, 1);
        nint graph = 0, executable = 0;
        refusal = null;
        if (error == 0)
        {
            try
            {
                launches();
            }
            catch (DeviceException e)
            {
                refusal = e.Message;
            }

            // Ended whatever happened, or the stream stays unusable.
            error = CudaDriver.Api.StreamEndCapture(stream, &graph);
            if (error == 0 && refusal is null)
            {
                error = CudaDriver.Api.GraphInstantiate(&executable, graph, 0);
            }
        }

        if (graph != 0)
        {
            CudaDriver.Api.GraphDestroy(graph);
        }

        if (error != 0)
        {
            refusal ??= "the CUDA driver could not record launches: " + CudaDriver.Reason(error);
        }

        return refusal is null ? new(executable) : null;
    }

    /// <summary>Queues the launches.</summary>
    /// <exception cref="DeviceException">The driver refuses them.</exception>
    public void Launch(nint stream) => CudaDriver.Check(CudaDriver.Api.GraphLaunch(_executable, stream), "replay recorded launches");

    public void Dispose()
    {
        if (_executable != 0)
        {
            CudaDriver.Api.GraphExecDestroy(_executable);
            _executable = 0;
        }
    }
}
