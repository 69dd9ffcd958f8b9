using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Tuning;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>What a compilation may vary.</summary>
/// <param name="Widths">Vector widths to print, in bits (512, 256, 128; 0 is scalar), as a bit set of <see cref="VectorWidths"/>.</param>
/// <param name="Devices">Kinds of devices to print programs for; none without the device runtime.</param>
/// <param name="Tile">Tiles on matrix instructions; null for the compiler's choice.</param>
public sealed record CompileOptions(VectorWidths Widths, DeviceVariants Devices = DeviceVariants.None, MatrixTile? Tile = null)
{
    /// <summary>Kinds of devices to print the training pass of a trainable model for.</summary>
    public DeviceVariants TrainingDevices { get; init; } = Devices;

    /// <summary>Measured choices for schedules, of any targets.</summary>
    public ScheduleTuning Tuning { get; init; } = ScheduleTuning.None;

    /// <summary>Every width: one binary for all processors; what the source generator uses.</summary>
    public static readonly CompileOptions AllWidths = new(VectorWidths.All);

    /// <summary>Every width and every kind of device: what the source generator uses where the device runtime is referenced.</summary>
    public static readonly CompileOptions AllTargets = new(VectorWidths.All, DeviceVariants.All);
}
