using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Benchmarks.Kernels;

// Declarations have a policy of the same name.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;

/// <summary>A kernel at the widths of a catalogue model.</summary>
/// <param name="Model">Name in the catalogue.</param>
/// <param name="Kernel">Generated name.</param>
/// <param name="Tokens">Tokens of a call.</param>
/// <param name="Context">Tokens in the cache afterwards.</param>
/// <param name="Format">Format of the matrices; null for the model's own.</param>
/// <param name="Quantised">Whether FP8 matrices see quantised activations.</param>
public sealed record KernelCase(string Model, string Kernel, int Tokens, int Context = 0, NumberFormat? Format = null, bool Quantised = false)
{
    // Experts that fit into memory; each has its full width, and a token chooses as many as ever.
    private const int MostExperts = 32;

    /// <summary>The model, with the fewer experts where there are many.</summary>
    public ModelSpec Spec()
    {
        var spec = Catalogue.Find(Model) ?? throw new InvalidOperationException($"The catalogue has no {Model}.");
        if (spec.Experts is { NRoutedExperts: > MostExperts } e && Kernel.StartsWith("Expert", StringComparison.Ordinal)) spec = spec with { Experts = e with { NRoutedExperts = MostExperts } };
        return spec with { Formats = spec.Formats with { Linear = Format ?? spec.Formats.Linear, Fp8 = Quantised ? Fp8Policy.Full : Fp8Policy.WeightOnly } };
    }

    public override string ToString() =>
        FormattableString.Invariant($"{Model} {Kernel} {Tokens}{(Context > 0 ? $"@{Context}" : "")}{(Format is null ? "" : $" {Format}")}{(Quantised ? " quantised" : "")}");
}
