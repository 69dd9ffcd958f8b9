using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Tests;

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

    [Theory]
    [MemberData(nameof(WholeShapes))]
    public void ProductsOfWholeNumbers_MatchThePlainReference(int hidden, int inner, NumberFormat format)
    {
        _limit = Tolerances.WholeProduct;
        CheckProjections(hidden, inner, format);
        CheckQueries(hidden, format);
        CheckExperts(hidden, inner, format);
    }

    [Theory]
    [MemberData(nameof(WholeShapes))]
    public void WithoutThem_TheyAreNearer(int hidden, int inner, NumberFormat format)
    {
        _split = true;
        CheckProjections(hidden, inner, format);
        CheckExperts(hidden, inner, format);
    }

    [Theory]
    [InlineData(NumberFormat.BF16)]
    [InlineData(NumberFormat.E4M3)]
    public void WhatIsNoNumber_StaysNone(NumberFormat format)
    {
        const int tokens = 33, columns = 256, rows = 64;
        using var target = Create(Spec(rows, columns, format));
        var random = new Random(1);
        using var h = Activations(random, tokens * columns);
        using var x = Activations(random, tokens * rows);
        using var weight = new TestWeight(random, format, rows, columns);
        h.Span[(3 * columns) + 70] = float.NaN;
        h.Span[(32 * columns) + 255] = float.NegativeInfinity;
        h.Span.Slice(5 * columns, columns).Clear();
        target.Call("DenseDownPrefill", [h, .. weight.Arguments, x, tokens]);
        for (int t = 0; t < tokens; t++) Assert.All(x.Row(t, rows), y => Assert.Equal(t is not (3 or 32), double.IsFinite(y)));
    }

    private double _limit = Tolerances.Contraction;
    private bool _split;

    private protected override double Limit => _limit;

    private protected override bool GroupsDown => true;

    private protected override KernelTarget Create(ModelSpec spec) => new KernelHost(spec, width, _split);
}
