using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

public unsafe class StepTests
{
    private const int Vocab = FakeModel.Vocab;

    [Fact]
    public void RopeRows_AreCosineAndSineOfFloatAngles()
    {
        var rows = new List<float[]>();
        using var model = new FakeModel { OnStep = step => rows.Add(new Span<float>(step.Rope, (step.Position + step.Count) * 6).ToArray()) };
        using var session = new Session(model, 300);
        session.Forward(new int[100], new float[Vocab]);
        session.Forward(new int[200], new float[Vocab]);
        float[] frequencies = [1f, 0.3f, 0.001f];
        for (var position = 0; position < 300; position++)
        {
            for (var pair = 0; pair < 3; pair++)
            {
                var angle = position * frequencies[pair];
                Assert.Equal((float)(Math.Cos(angle) * 1.5), rows[1][position * 6 + pair * 2]);
                Assert.Equal((float)(Math.Sin(angle) * 1.5), rows[1][position * 6 + pair * 2 + 1]);
            }
        }

        Assert.Equal(rows[0], rows[1][..600]);
    }

    [Fact]
    public void EverythingIsAligned_AndPagesNeverMove()
    {
        var pages = new List<nint[]>();
        using var model = new FakeModel
        {
            OnStep = step =>
            {
                var all = new List<nint>();
                for (var layer = 0; layer < 3; layer++)
                {
                    for (var page = 0; page * Step.PageTokens < step.Position + step.Count; page++)
                    {
                        all.Add((nint)step.Pages(layer)[page]);
                    }
                }

                pages.Add([.. all]);
                Assert.All(all, page => Assert.Equal(0, page % 64));
                Assert.Equal(all.Count, all.Distinct().Count());
                Assert.Equal(0, (nint)step.Buffer(0) % 64);
                Assert.Equal(0, (nint)step.Buffer(1) % 64);
                Assert.Equal(0, (nint)step.Hidden % 64);

                // The whole of every buffer may be written.
                new Span<float>(step.Buffer(1), 17 * step.Count).Fill(1);
            },
        };
        using var session = new Session(model, 1000);
        session.Forward(new int[64], new float[Vocab]);
        session.Forward(new int[1], new float[Vocab]);
        session.Forward(new int[512], new float[Vocab]);
        Assert.Equal([3, 6, 30], pages.Select(p => p.Length));
        Assert.Equal([pages[1][0], pages[1][1]], pages[2][..2]);
    }

    [Fact]
    public void LayerOutsideTheCache_IsRefused()
    {
        using var model = new FakeModel { OnStep = step => step.Pages(3) };
        using var session = new Session(model, 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Forward([1], new float[Vocab]));
    }
}
