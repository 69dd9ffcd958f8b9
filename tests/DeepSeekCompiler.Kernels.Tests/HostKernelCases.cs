using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernel cases on the host.</summary>
public abstract class HostKernelCases(int width) : KernelCases
{
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Projections_MatchThePlainReference(int hidden, int inner, NumberFormat format) => CheckProjections(hidden, inner, format);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Experts_MatchThePlainReference(int hidden, int inner, NumberFormat format) => CheckExperts(hidden, inner, format);

    private protected override KernelTarget Create(ModelSpec spec) => new KernelHost(spec, width);
}
