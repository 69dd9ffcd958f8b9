using DeepSeekCompiler.GpuBenchmark.Supervision;

namespace DeepSeekCompiler.GpuBenchmark;

/// <summary>What a run was asked for.</summary>
/// <param name="Device"><c>cuda:N</c> or <c>opencl:N</c>.</param>
/// <param name="Minutes">The whole run ends within this time.</param>
/// <param name="Only">Runs the items whose stage and name contain this.</param>
/// <param name="Models">Models whose kernels are timed: names of the catalogue, or config.json files.</param>
/// <param name="Json">File for all results; null for none.</param>
internal sealed record Options(string Device, double Minutes, string Only, IReadOnlyList<string> Models, string? Json)
{
    public bool Wants(string stage, string item) => $"{stage} {item}".Contains(Only, StringComparison.OrdinalIgnoreCase);

    /// <summary>The arguments of a child process that asks for the same.</summary>
    public IEnumerable<string> ForChild(string stage, Part part, int skip) =>
        ["--device", Device, "--only", Only, "--models", string.Join(',', Models), "--run-stage", stage, "--part", part.ToString(), "--skip", skip.ToString(System.Globalization.CultureInfo.InvariantCulture)];
}
