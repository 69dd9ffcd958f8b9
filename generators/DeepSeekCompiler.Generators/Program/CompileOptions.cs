namespace DeepSeekCompiler.Generators.Program;

/// <summary>What a compilation may vary without changing what is computed.</summary>
/// <param name="Widths">Vector widths to print, in bits (512, 256, 128; 0 is scalar), as a bit set of <see cref="VectorWidths"/>.</param>
/// <param name="Devices">Group sizes to print device programs for; none without the device runtime.</param>
public sealed record CompileOptions(VectorWidths Widths, DeviceThreads Devices = DeviceThreads.None)
{
    /// <summary>Every width: one binary for all processors; what the source generator uses.</summary>
    public static readonly CompileOptions AllWidths = new(VectorWidths.All);
}
