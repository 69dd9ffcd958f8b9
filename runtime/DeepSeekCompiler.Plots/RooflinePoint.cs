namespace DeepSeekCompiler.Plots;

/// <summary>A kernel under the roof.</summary>
/// <param name="Name">Printed beside it.</param>
/// <param name="Intensity">Operations a byte.</param>
/// <param name="Gflops">10^9 operations a second.</param>
/// <param name="Share">Its share of the time, 0 to 1: the area of its mark.</param>
public sealed record RooflinePoint(string Name, double Intensity, double Gflops, double Share);
