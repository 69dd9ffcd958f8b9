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

    // The launches of a step with its parameters, made once, so that no step allocates.
    private readonly Action _launch;
    private bool _draft;
    private int _behind;
    private MemoryBuffer1D<float, Stride1D.Dense> _logits;

    public DeviceEngine(CompiledModel model, OpenDevice device, DeviceProgram program, DeviceRun run, int maxTokens)
    {
        Chunk = ChunkPlan.Of(model, device, program, run, maxTokens);
        (_device, _program, _run, _vocabSize, _hiddenSize) = (device, program, run, model.Info.VocabSize, model.Info.HiddenSize);
        _step = new DeviceStep(model, device, maxTokens, Chunk);
        _logits = DeviceRun.Allocate<float>(device.Accelerator, _vocabSize, device.Info);
        _launch = () => Launch(_draft, _behind);
        _graphs = run.Cuda is { } cuda ? new StepGraphs(run, cuda) : null;
    }

    public int Chunk { get; }

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
        // Many rows of logits, which tests and measurements of a text ask for, come in turns behind the pass.
        var together = Math.Min(rows, ChunkPlan.HeadRows);
        var count = (long)together * _vocabSize;
        if (_logits.Length < count)
        {
            _device.Accelerator.Synchronize();
            _graphs?.Clear();
            _logits.Dispose();
            _logits = DeviceRun.Allocate<float>(_device.Accelerator, count, _device.Info);
        }

        var behind = rows == together ? rows : 0;
        if (_graphs is null)
        {
            Launch(draft, behind);
        }
        else
        {
            (_draft, _behind) = (draft, behind);
            _graphs.Run(_step, draft, behind, _launch);
        }

        for (var done = 0; done < rows; done += together)
        {
            together = Math.Min(together, rows - done);
            if (behind == 0)
            {
                Head(draft, rows - done, together);
            }

            _device.Accelerator.Synchronize();
            _logits.View.BaseView.CopyToHost(new Span<float>(logits + ((long)done * _vocabSize), checked(together * _vocabSize)));
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
            Head(draft, rows, rows);
        }
    }

    // Logits of some tokens of the step, from the given one on, counted from its end.
    private void Head(bool draft, int fromEnd, int rows)
    {
        var hidden = draft ? _step.DraftHidden : _step.Hidden;
        _program.Head(_run, _step, hidden.SubView((long)(_step.Count - fromEnd) * _hiddenSize), rows, _logits.View, draft);
    }
}
