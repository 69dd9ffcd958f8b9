using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Models;

/// <summary>The host as an engine: runs a step on the model's lead thread, whose stack is known; keeps the parameters of the call, so that none allocates.</summary>
internal sealed unsafe class HostEngine(CompiledModel model, HostRun host, int maxTokens) : IStepEngine
{
    private readonly Step _step = new(model, maxTokens);
    private int _rows;
    private float* _logits;

    public int Chunk => model.PromptChunk;

    public void Prepare(ReadOnlySpan<int> tokens, int position, int hiddenRow, AttentionForm form, IForwardObserver? observer)
    {
        _step.Form = form;
        _step.Observer = observer;
        _step.Prepare(tokens, position, hiddenRow);
    }

    public void Forward(int rows, float* logits)
    {
        _rows = rows;
        _logits = logits;
        host.Lead(&RunForward, this);
    }

    public void Draft(int rows, float* logits)
    {
        _rows = rows;
        _logits = logits;
        host.Lead(&RunDraft, this);
    }

    public void Loop(Action loop) => host.Loop(loop);

    public void Dispose() => _step.Dispose();

    private static void RunForward(object state) => ((HostEngine)state).RunForward();

    private static void RunDraft(object state) => ((HostEngine)state).RunDraft();

    private void RunForward()
    {
        model.Forward(host, _step);
        Head(_step.Hidden, draft: false);
    }

    private void RunDraft()
    {
        _step.Want(_rows);
        model.Draft(host, _step);
        Head(_step.DraftHidden, draft: true);
    }

    private void Head(float* hidden, bool draft)
    {
        if (_rows > 0)
        {
            model.Head(host, _step, hidden + (long)(_step.Count - _rows) * model.Info.HiddenSize, _rows, _logits, draft);
        }
    }
}
