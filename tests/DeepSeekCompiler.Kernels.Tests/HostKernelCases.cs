using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernel cases on the host.</summary>
public abstract class HostKernelCases(int width) : KernelCases
{
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Projections_MatchThePlainReference(int hidden, int inner, NumberFormat format) => CheckProjections(hidden, inner, format);

    [Theory]
    [MemberData(nameof(WideShapes))]
    public void WideProjections_MatchThePlainReference(int hidden, int inner, NumberFormat format) => CheckProjections(hidden, inner, format);

    [Theory]
    [InlineData(137, NumberFormat.BF16)]
    [InlineData(4102, NumberFormat.BF16)]
    [InlineData(4225, NumberFormat.E4M3)]
    public void Queries_MatchThePlainReference(int rank, NumberFormat format) => CheckQueries(rank, format);

    [Fact]
    public void WideExperts_MatchThePlainReference() => CheckExperts(4102, 35, NumberFormat.BF16);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Experts_MatchThePlainReference(int hidden, int inner, NumberFormat format) => CheckExperts(hidden, inner, format);

    private protected override KernelTarget Create(ModelSpec spec) => new KernelHost(spec, width);
}
