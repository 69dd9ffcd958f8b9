using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Models;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>One session on a device: queues the program's kernels, then waits once, for the logits.</summary>
internal sealed unsafe class DeviceEngine : IStepEngine
{
    private readonly OpenDevice _device;
    private readonly DeviceProgram _program;
    private readonly DeviceRun _run;
    private readonly DeviceStep _step;
    private readonly int _vocabSize;
    private readonly int _hiddenSize;
    private readonly StepGraphs? _graphs;
    private MemoryBuffer1D<float, Stride1D.Dense> _logits;

    public DeviceEngine(CompiledModel model, OpenDevice device, DeviceProgram program, DeviceRun run, int maxTokens)
    {
        var needed = DeviceStep.BytesOf(model, maxTokens) + DeviceWeights.BytesOf(model);
        if (needed > device.Info.MemoryBytes)
        {
            throw new DeviceException(string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Info.Name} with a context of {maxTokens} tokens needs {needed} bytes, and {device.Info.Name} ({device.Info.Description}) has {device.Info.MemoryBytes}; ask for a shorter context."));
        }

        (_device, _program, _run, _vocabSize, _hiddenSize) = (device, program, run, model.Info.VocabSize, model.Info.HiddenSize);
        _step = new DeviceStep(model, device, maxTokens);
        _logits = DeviceRun.Allocate<float>(device.Accelerator, _vocabSize, device.Info);
        _graphs = run.Cuda is { } cuda ? new StepGraphs(run, cuda) : null;
    }

    public int Chunk => CompiledModel.MaxChunk;

    public void Prepare(ReadOnlySpan<int> tokens, int position, int hiddenRow, AttentionForm form, IForwardObserver? observer)
    {
        _device.Accelerator.Bind();
        _step.Prepare(tokens, position, hiddenRow, form, observer);
    }

    public void Forward(int rows, float* logits)
    {
        Pass(false, rows, logits);
    }

    public void Draft(int rows, float* logits)
    {
        Pass(true, rows, logits);
    }

    public void Dispose()
    {
        _device.Accelerator.Synchronize();
        _graphs?.Dispose();
        _step.Dispose();
        _logits.Dispose();
    }

    private void Pass(bool draft, int rows, float* logits)
    {
        var count = (long)rows * _vocabSize;
        if (_logits.Length < count)
        {
            _device.Accelerator.Synchronize();
            _graphs?.Clear();
            _logits.Dispose();
            _logits = DeviceRun.Allocate<float>(_device.Accelerator, count, _device.Info);
        }

        if (_graphs is null)
        {
            Launch(draft, rows);
        }
        else
        {
            _graphs.Run(_step, draft, rows, () => Launch(draft, rows));
        }

        if (rows > 0)
        {
            _device.Accelerator.Synchronize();
            _logits.View.BaseView.CopyToHost(new Span<float>(logits, checked((int)count)));
        }
    }

    private void Launch(bool draft, int rows)
    {
        if (draft)
        {
            _program.Draft(_run, _step);
        }
        else
        {
            _program.Forward(_run, _step);
        }

        if (rows > 0)
        {
            var hidden = draft ? _step.DraftHidden : _step.Hidden;
            _program.Head(_run, _step, hidden.SubView((long)(_step.Count - rows) * _hiddenSize), rows, _logits.View, draft);
        }
    }
}
