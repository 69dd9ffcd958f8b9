namespace DeepSeekCompiler.Plots;

/// <summary>Kernels under the limits of a machine (Williams, Waterman, Patterson, 2009).</summary>
/// <param name="Title">Above.</param>
/// <param name="Kind">What the kernels worked for.</param>
/// <param name="Roofs">Bandwidths.</param>
/// <param name="PeakGflops">Where all roofs end.</param>
/// <param name="Points">Kernels.</param>
public sealed record RooflineChart(string Title, RooflineKind Kind, IReadOnlyList<RooflineRoof> Roofs, double PeakGflops, IReadOnlyList<RooflinePoint> Points);
