using DeepSeekCompiler.Runtime.Gpu.Execution;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Training;

/// <summary>Base of the generated training pass on a device: what the generator writes, and what the engine calls. Nothing here waits for the device.</summary>
public abstract class DeviceTrainingProgram : DeviceCode
{
    /// <summary>Where parameters and activations are.</summary>
    internal DeviceTrainingMemory? Memory { get; set; }

    private DeviceTrainingMemory Placed => Memory ?? throw new InvalidOperationException("This training program is on no device.");

    /// <summary>Forward pass of all blocks and losses.</summary>
    protected internal abstract void Forward(DeviceRun run, DeviceTrainingStep step);

    /// <summary>Backward pass, last block first.</summary>
    protected internal abstract void Backward(DeviceRun run, DeviceTrainingStep step);

    /// <summary>Where the experts of the tokens of an expert block were noted by the forward pass: [tokens, k].</summary>
    protected internal abstract ArrayView<int> Chosen(int block);

    /// <summary>Values of a manifest slot.</summary>
    protected ArrayView<float> Value(int slot) => Placed.Value(slot);

    /// <summary>Gradients of a manifest slot.</summary>
    protected ArrayView<float> Gradient(int slot) => Placed.Gradient(slot);

    /// <summary>Values of the experts from a slot on, one behind the other.</summary>
    protected ArrayView<float> Values(int slot) => Placed.Value(slot);

    /// <summary>Gradients of the experts from a slot on, one behind the other.</summary>
    protected ArrayView<float> Gradients(int slot) => Placed.Gradient(slot);

    /// <summary>A buffer that a block keeps for the backward pass.</summary>
    protected ArrayView<float> Kept(int block, int index) => Placed.Kept(block, index);

    /// <summary>A working buffer.</summary>
    protected ArrayView<float> Work(int index) => Placed.Work(index);

    /// <summary>A working buffer of a chunk of tokens.</summary>
    protected ArrayView<float> Chunk(int index) => Placed.Chunk(index);

    /// <summary>Makes numbers zero.</summary>
    protected static void Clear(ArrayView<float> numbers, long count) => numbers.SubView(0, count).MemSetToZero();

    /// <summary>Copies numbers.</summary>
    protected static void Copy(ArrayView<float> from, ArrayView<float> to, long count) => from.SubView(0, count).CopyTo(to.SubView(0, count));
}
