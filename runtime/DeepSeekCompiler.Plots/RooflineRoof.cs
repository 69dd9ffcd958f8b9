namespace DeepSeekCompiler.Plots;

/// <summary>A bandwidth of the machine: the slanted part of a roof.</summary>
/// <param name="Name">Printed along it.</param>
/// <param name="GBs">10^9 bytes a second.</param>
public sealed record RooflineRoof(string Name, double GBs);
