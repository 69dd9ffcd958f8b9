using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Training;

/// <summary>What one call of a generated training pass works on: ids, targets and losses, for the main model and for the MTP module, whose rows
/// are one token shorter.</summary>
public sealed unsafe class TrainingStep : IDisposable
{
    /// <summary>Tokens whose logits exist at once: the head and the cross entropy go tile by tile.</summary>
    public const int HeadTile = 256;

    private readonly NativeBlock _ids;
    private readonly NativeBlock _floats;
    private readonly NativeBlock _logits;
    private readonly RopeTable _rope;
    private readonly long _tokens;
    private readonly int _batch;
    private readonly int _length;
    private readonly TrainingLayout _layout;
    private int _mainCount;
    private int _mtpCount;

    internal TrainingStep(TrainingLayout layout, int batch, int length)
    {
        _tokens = (long)batch * length;
        (_batch, _length, _layout) = (batch, length, layout);
        _ids = new NativeBlock(_tokens * 6 * sizeof(int));
        _floats = new NativeBlock((long)FloatCount * sizeof(float));
        _logits = new NativeBlock(Math.Min(HeadTile, _tokens) * layout.Info.VocabSize * sizeof(float));
        _rope = new RopeTable(layout.RopeFrequencies, layout.RopeMagnitude, length);
        _rope.Grow(length);
    }

    /// <summary>Rows.</summary>
    public int Batch { get; private set; }

    /// <summary>Tokens of a row.</summary>
    public int Length { get; private set; }

    /// <summary>[Batch * Length] ids; 0 at padding.</summary>
    public int* Ids => (int*)_ids.Pointer;

    /// <summary>[Batch * Length] next tokens; -1 where there is none.</summary>
    public int* Targets => Ids + _tokens;

    /// <summary>[Batch * (Length - 1)] ids that the MTP module embeds.</summary>
    public int* MtpIds => Ids + (2 * _tokens);

    /// <summary>[Batch * (Length - 1)] tokens after the next; -1 where there is none.</summary>
    public int* MtpTargets => Ids + (3 * _tokens);

    /// <summary>[Batch * (Length - 1)] rows of the main model's hidden states that the MTP module reads.</summary>
    public int* MtpRows => Ids + (4 * _tokens);

    /// <summary>[Batch * Length] largest logit less the target's; 0 where there is no target. The cross entropy is log(total) + margin.</summary>
    public float* Margins => (float*)_floats.Pointer;

    /// <summary>[Batch * Length] sum of exp(logit - largest); 1 where there is no target.</summary>
    public float* Totals => Margins + _tokens;

    /// <summary>[Batch * (Length - 1)] margins of the MTP module.</summary>
    public float* MtpMargins => Margins + (2 * _tokens);

    /// <summary>[Batch * (Length - 1)] totals of the MTP module.</summary>
    public float* MtpTotals => Margins + (3 * _tokens);

    /// <summary>[Length, rope/2, 2] cosines and sines.</summary>
    public float* Rope => _rope.Values;

    /// <summary>[<see cref="HeadTile"/>, VocabSize]: logits of a tile, then their gradients.</summary>
    public float* Logits => (float*)_logits.Pointer;

    /// <summary>[1] factor of every position's gradient: the scale over the number of positions.</summary>
    public float* MainFactor => Margins + (4 * _tokens);

    /// <summary>[1] the same for the MTP module.</summary>
    public float* MtpFactor => MainFactor + 1;

    /// <summary>[1] factor of the balance loss' gradient, the mean over sequences included; 0 for none.</summary>
    public float* BalanceFactor => MainFactor + 2;

    /// <summary>False for the losses alone.</summary>
    public bool Backward { get; private set; }

    /// <summary>[Batch * Length] 1, or 0 at padding.</summary>
    private int* Valid => Ids + (5 * _tokens);

    /// <summary>[Batch] balance losses of a block.</summary>
    public float* Balance(int block) => MainFactor + 4 + ((long)block * _batch * (_layout.Experts + 1));

    /// <summary>[Batch, Experts] gradients of the balance loss with respect to normalised scores, of a block.</summary>
    public float* BalanceSlope(int block) => Balance(block) + _batch;

    /// <summary>Everything that kernels read as whole numbers, from <see cref="Ids"/> on.</summary>
    internal Span<int> Numbers => new(Ids, checked((int)(_tokens * 5)));

    /// <summary>Everything that kernels read and write as float32, logits apart, from <see cref="Margins"/> on.</summary>
    internal Span<float> Floats => new(Margins, FloatCount);

    /// <summary>Where the three factors stand in <see cref="Floats"/>.</summary>
    internal Range Factors => (int)(4 * _tokens)..(int)((4 * _tokens) + 3);

    /// <summary>[MaxRow, rope/2, 2] numbers of <see cref="Rope"/>.</summary>
    internal ReadOnlySpan<float> RopeNumbers => new(Rope, _length * _layout.RopeFrequencies.Length * 2);

    private int FloatCount => checked((int)((_tokens * 4) + 4 + ((long)_batch * (_layout.Experts + 1) * Math.Max(1, _layout.Blocks))));

    internal void Prepare(ReadOnlySpan<int> tokens, int batch, int length, LossOptions options)
    {
        (Batch, Length) = (batch, length);
        (_mainCount, _mtpCount) = (0, 0);
        for (int b = 0; b < batch; b++)
        {
            var row = tokens.Slice(b * length, length);
            for (int i = 0; i < length; i++)
            {
                int at = (b * length) + i;
                Ids[at] = Math.Max(row[i], 0);
                Valid[at] = row[i] >= 0 ? 1 : 0;
                Targets[at] = i + 1 < length ? Math.Max(row[i + 1], -1) : -1;
                if (Targets[at] >= 0) _mainCount++;
                if (i + 1 == length) continue;
                int mtp = (b * (length - 1)) + i;
                MtpIds[mtp] = Math.Max(row[i + 1], 0);
                MtpTargets[mtp] = i + 2 < length ? Math.Max(row[i + 2], -1) : -1;
                MtpRows[mtp] = at;
                if (MtpTargets[mtp] >= 0 && _layout.Info.NumNextnPredictLayers > 0) _mtpCount++;
            }
        }

        *MainFactor = (float)(options.MainScale / Math.Max(_mainCount, 1));
        *MtpFactor = (float)(options.MtpScale / Math.Max(_mtpCount, 1));
        *BalanceFactor = (float)(options.BalanceScale / batch);
        Backward = options.Backward;
    }

    internal MicroBatchLoss Loss()
    {
        double balance = 0;
        foreach (var (block, _) in Backward ? _layout.ExpertLayers : [])
        {
            for (int b = 0; *BalanceFactor != 0 && b < Batch; b++) balance += Balance(block)[b];
        }

        return new(Mean(Margins, Totals, Batch * Length, _mainCount), _mainCount, Mean(MtpMargins, MtpTotals, _mtpCount == 0 ? 0 : Batch * (Length - 1), _mtpCount), _mtpCount, balance / Batch);
    }

    /// <summary>Adds the choices of the tokens that are no padding.</summary>
    internal void CountLoad(ExpertLayer layer, int* chosen, int k, int mainBlocks)
    {
        bool mtp = layer.Layer >= mainBlocks;
        int length = mtp ? Length - 1 : Length, shift = mtp ? 1 : 0;
        for (int t = 0; t < Batch * length; t++)
        {
            if (Valid[(t / length * Length) + (t % length) + shift] == 0) continue;
            for (int j = 0; j < k; j++) layer.Load[chosen[((long)t * k) + j]]++;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ids.Dispose();
        _floats.Dispose();
        _logits.Dispose();
        _rope.Dispose();
    }

    private static double Mean(float* margins, float* totals, int rows, int count)
    {
        double sum = 0;
        for (int i = 0; i < rows; i++) sum += Math.Log(totals[i]) + margins[i];
        return count == 0 ? 0 : sum / count;
    }
}
