using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

/// <summary>
/// A model written by hand whose numbers tell what it was called with. Hidden row: token, position, sum of the cached tokens up to
/// the position, 1 when absorbed. Draft row: that token, that position, next token, sum of the draft cache.
/// </summary>
internal sealed unsafe class FakeModel : CompiledModel
{
    public const int Vocab = 1000;
    public const int Hidden = 4;
    private const int Layers = 2;
    private readonly float[] _frequencies = [1f, 0.3f, 0.001f];
    private readonly bool _mtp;

    public FakeModel(int threads = 2, bool mtp = true, bool bind = true)
    {
        _mtp = mtp;
        Info = new ModelInfo
        {
            Name = "Fake",
            Family = "fake",
            VocabSize = Vocab,
            HiddenSize = Hidden,
            NumHiddenLayers = Layers,
            NumNextnPredictLayers = mtp ? 1 : 0,
            MaxPositionEmbeddings = 4096,
            CacheRowBytes = 12,
            TotalParameters = 1,
            ActiveParameters = 1,
            ActiveBytes = 1,
            Formats = "none",
            VectorWidths = [0],
        };
        if (bind)
        {
            Bind([new Weight { Data = (byte*)64 }, new Weight { Data = (byte*)128, Scale = (float*)256 }], null, threads);
        }
    }

    public override ModelInfo Info { get; }

    public override IReadOnlyList<TensorSlot> Manifest { get; } =
        [new("a", StorageFormat.F32, 1, 1, true), new("b", StorageFormat.E4M3, 1, 1, false)];

    /// <summary>The steps as they came: <c>F 0+512</c>, <c>D 0+511</c>, <c>H 1</c>.</summary>
    public List<string> Calls { get; } = [];

    public bool Record { get; set; } = true;

    /// <summary>A forward step at this position throws.</summary>
    public int FailAt { get; set; } = -1;

    public Action<Step>? OnStep { get; set; }

    public (nint Data0, nint Data1, nint Scale0, nint Scale1) Bound => ((nint)Data[0], (nint)Data[1], (nint)Scales[0], (nint)Scales[1]);

    protected override IReadOnlyList<int> BufferColumns { get; } = [3, 17];

    protected override int CacheLayers => Layers + (_mtp ? 1 : 0);

    protected override int CacheRowBytes => Info.CacheRowBytes;

    protected override ReadOnlySpan<float> RopeFrequencies => _frequencies;

    protected override float RopeMagnitude => 1.5f;

    protected override void Forward(HostRun run, Step step)
    {
        Note("F", step);
        if (step.Position == FailAt)
        {
            throw new TimeoutException("asked to fail");
        }

        run.Dispatch(&Touch, run.Reserve(step.Count * 4), step.Count);
        for (var i = 0; i < step.Count; i++)
        {
            var position = step.Position + i;
            for (var layer = 0; layer < Layers; layer++)
            {
                *CacheRow(step, layer, position) = step.Tokens[i];
            }

            var row = step.Hidden + i * Hidden;
            row[0] = step.Tokens[i];
            row[1] = position;
            row[2] = CacheSum(step, Layers - 1, position);
            row[3] = step.Absorbed ? 1 : 0;
        }

        step.Observe("norm", -1, step.Hidden, Hidden);
        step.ObserveExperts(1, step.Tokens, 1);
    }

    protected override void Draft(HostRun run, Step step)
    {
        Note("D", step);
        for (var i = 0; i < step.Count; i++)
        {
            var position = step.Position + i;
            *CacheRow(step, Layers, position) = step.Tokens[i];
            var row = step.DraftHidden + i * Hidden;
            row[0] = step.Hidden[i * Hidden];
            row[1] = step.Hidden[i * Hidden + 1];
            row[2] = step.Tokens[i];
            row[3] = CacheSum(step, Layers, position);
        }
    }

    protected override void Head(HostRun run, Step step, float* hidden, int rows, float* logits, bool draft)
    {
        if (Record)
        {
            Calls.Add(draft ? $"h {rows}" : $"H {rows}");
        }

        for (var i = 0; i < rows * Vocab; i++)
        {
            logits[i] = hidden[i / Vocab * Hidden + i % Hidden];
        }
    }

    private static int* CacheRow(Step step, int layer, int position) =>
        (int*)(step.Pages(layer)[position / Step.PageTokens] + position % Step.PageTokens * 12);

    private static long CacheSum(Step step, int layer, int last)
    {
        var sum = 0L;
        for (var position = 0; position <= last; position++)
        {
            sum += *CacheRow(step, layer, position);
        }

        return sum;
    }

    private static void Touch(void* arguments, int begin, int end) => new Span<int>((int*)arguments + begin, end - begin).Fill(begin);

    private void Note(string kind, Step step)
    {
        if (Record)
        {
            Calls.Add($"{kind} {step.Position}+{step.Count}");
        }

        OnStep?.Invoke(step);
    }
}
