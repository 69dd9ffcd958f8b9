using ILGPU;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>Base of the generated forward pass on a device: what the generator writes, and what a session's engine calls. Nothing here waits for the device.</summary>
public abstract class DeviceProgram : DeviceCode
{
    /// <summary>Embedding to final norm: reads step.Tokens, writes the cache of all main layers and step.Hidden.</summary>
    protected internal abstract void Forward(DeviceRun run, DeviceStep step);

    /// <summary>The MTP module over step.Count rows: reads step.Hidden and the tokens that follow, writes its cache layer and step.DraftHidden.</summary>
    protected internal abstract void Draft(DeviceRun run, DeviceStep step);

    /// <summary>The output head: logits [rows, VocabSize] of normalised hidden rows [rows, HiddenSize].</summary>
    protected internal abstract void Head(DeviceRun run, DeviceStep step, ArrayView<float> hidden, int rows, ArrayView<float> logits, bool draft);
}
