using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Training;
using ILGPU;

namespace DeepSeekCompiler.Runtime.Gpu.Training;

/// <summary>A training pass on a device: queues the program's kernels for a micro-batch, then waits once, for the losses.</summary>
internal sealed unsafe class DeviceTrainingEngine : ITrainingEngine
{
    private const long ChunkNumbers = 16L << 20;

    private readonly OpenDevice _device;
    private readonly DeviceTrainingProgram _program;
    private readonly DeviceTrainingMemory _memory;
    private readonly DeviceRun _run;
    private readonly TrainingPass _pass;
    private DeviceTrainingStep? _step;

    public DeviceTrainingEngine(TrainingPass pass, OpenDevice device, DeviceTrainingProgram program)
    {
        (_device, _program, _pass) = (device, program, pass);
        device.Accelerator.Bind();
        program.Memory = _memory = new DeviceTrainingMemory(pass.Layout, device, pass.MaxBatch, pass.MaxRow);
        _run = new DeviceRun(device, DeviceWeights.None, program.Threads);
        device.Launches = _run.Cuda?.Report;
    }

    public string Device => _device.Info.Name;

    public void SetValues(int slot, float* values, long count)
    {
        _device.Accelerator.Bind();
        for (long at = 0; at < count; at += ChunkNumbers)
        {
            var length = Math.Min(ChunkNumbers, count - at);
            _memory.Value(slot).SubView(at, length).CopyFromHost(new ReadOnlySpan<float>(values + at, (int)length));
        }
    }

    public void GetGradients(int slot, float* gradients, long count)
    {
        _device.Accelerator.Bind();
        _device.Accelerator.Synchronize();
        for (long at = 0; at < count; at += ChunkNumbers)
        {
            var length = Math.Min(ChunkNumbers, count - at);
            _memory.Gradient(slot).SubView(at, length).CopyToHost(new Span<float>(gradients + at, (int)length));
        }
    }

    public void ClearGradients()
    {
        _device.Accelerator.Bind();
        _memory.ClearGradients();
    }

    public void Accumulate(TrainingStep step)
    {
        _device.Accelerator.Bind();
        var tile = Math.Min(TrainingStep.HeadTile, (long)_pass.MaxBatch * _pass.MaxRow);
        _step ??= new DeviceTrainingStep(step, _device, tile * _pass.Layout.Info.VocabSize);
        _step.Send();
        _program.Forward(_run, _step);
        if (_step.Backward)
        {
            _program.Backward(_run, _step);
        }

        _device.Accelerator.Synchronize();
        _step.Receive();
    }

    public void GetChosen(int block, Span<int> chosen) => _program.Chosen(block).CopyToHost(chosen);

    public void Dispose()
    {
        _device.Accelerator.Bind();
        _device.Accelerator.Synchronize();
        _step?.Dispose();
        _run.Dispose();
        _memory.Dispose();
        _device.Dispose();
    }
}
