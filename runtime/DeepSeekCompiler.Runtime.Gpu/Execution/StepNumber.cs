using ILGPU;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>A number that changes from step to step, as kernels get it: in device memory, because the arguments of a recorded launch stay as they were.</summary>
/// <param name="Place">Where it is.</param>
public readonly record struct DeviceNumber(ArrayView<int> Place)
{
    /// <summary>Reads it, on the device.</summary>
    public static implicit operator int(DeviceNumber number) => number.Place[0];
}

/// <summary>A number that changes from step to step, as the forward pass hands it on.</summary>
/// <param name="Step">The step, which is told when the host itself uses the number: such a step cannot be replayed. Null for a kernel by itself.</param>
/// <param name="Value">The number.</param>
/// <param name="Place">Where kernels read it.</param>
public readonly record struct StepNumber(DeviceStep? Step, int Value, ArrayView<int> Place)
{
    public static implicit operator DeviceNumber(StepNumber number) => new(number.Place);

    public static implicit operator int(StepNumber number)
    {
        if (number.Step is { } step)
        {
            step.DependsOnPosition = true;
        }

        return number.Value;
    }
}
