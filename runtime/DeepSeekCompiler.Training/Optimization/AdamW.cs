using System.Numerics;
using System.Runtime.InteropServices;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Training.Optimization;

/// <summary>AdamW (Loshchilov and Hutter 2019, algorithm 2): bias-corrected moments, decoupled decay of matrices, clipping of the whole gradient's norm.</summary>
/// <remarks>The same numbers give the same bits whatever the threads and the vector width: elements do not meet, and the norm is summed in blocks of fixed size.</remarks>
public sealed unsafe class AdamW : IDisposable
{
    // A multiple of every vector length; a few of them a thread even in small models.
    private const int BlockSize = 1 << 14;

    private readonly TrainingPass _pass;
    private readonly AdamOptions _options;
    private readonly Block[] _blocks;
    private readonly double[] _norms;
    private readonly long[] _starts;
    private readonly long _numbers;
    private float* _moments;

    /// <param name="pass">Whose parameters are moved; the two moments are float32, 8 bytes a parameter.</param>
    /// <param name="options">Rates and decay; null for the defaults.</param>
    public AdamW(TrainingPass pass, AdamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pass);
        _pass = pass;
        _options = options ?? new AdamOptions();
        _starts = new long[pass.Parameters.Count];
        for (int p = 0; p < _starts.Length; p++)
        {
            _starts[p] = _numbers;
            _numbers += HostRun.Rounded(pass.Parameters[p].Count);
        }

        _moments = (float*)NativeMemory.AlignedAlloc((nuint)(2 * _numbers * sizeof(float)), 64);
        NativeMemory.Clear(_moments, (nuint)(2 * _numbers * sizeof(float)));
        var blocks = new List<Block>();
        for (int p = 0; p < _starts.Length; p++)
        {
            var parameter = pass.Parameters[p];
            float* first = First(p), second = Second(p);
            for (long at = 0; at < parameter.Count; at += BlockSize)
            {
                blocks.Add(new Block
                {
                    Parameter = p, At = at, First = first + at, Second = second + at,
                    Count = (int)Math.Min(BlockSize, parameter.Count - at), Decays = !parameter.IsVector,
                });
            }
        }

        _blocks = [.. blocks];
        _norms = new double[_blocks.Length];
    }

    ~AdamW() => Free();

    /// <summary>Updates done so far; the correction of the moments' bias counts on it.</summary>
    public int Step { get; internal set; }

    /// <summary>First moments of a parameter of the pass, as many as it has numbers.</summary>
    public float* First(int parameter) => _moments + _starts[parameter];

    /// <summary>Second moments of a parameter.</summary>
    public float* Second(int parameter) => _moments + _numbers + _starts[parameter];

    /// <summary>Updates the parameters from their gradients, which stay as they are.</summary>
    /// <param name="learningRate">The rate of this step.</param>
    /// <returns>The norm of the whole gradient before clipping.</returns>
    /// <exception cref="TrainingException">The norm is not finite; nothing was updated.</exception>
    public double Update(double learningRate)
    {
        ObjectDisposedException.ThrowIf(_moments == null, this);
        Locate();
        Dispatch(&Norms, default);
        double squares = 0;
        foreach (double block in _norms) squares += block;
        double norm = Math.Sqrt(squares);
        if (!double.IsFinite(norm)) throw new TrainingException(FormattableString.Invariant($"The gradient of step {Step + 1} is not finite ({norm}); a lower learning rate or a longer warm-up may help."));
        Step++;
        double clip = _options.ClipNorm > 0 && norm > _options.ClipNorm ? _options.ClipNorm / norm : 1;
        Dispatch(&Updates, new Factors
        {
            Clip = (float)clip, Beta1 = _options.Beta1, Beta2 = _options.Beta2, Epsilon = _options.Epsilon,
            Rate = (float)(learningRate / (1 - Math.Pow(_options.Beta1, Step))),
            Correction = (float)(1 / (1 - Math.Pow(_options.Beta2, Step))),
            Decay = (float)(learningRate * _options.WeightDecay),
        });
        return norm;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    // Asked for anew: a pass on a device brings gradients from there, and takes values back afterwards.
    private void Locate()
    {
        for (int b = 0; b < _blocks.Length; b++)
        {
            ref var block = ref _blocks[b];
            var parameter = _pass.Parameters[block.Parameter];
            block.Values = parameter.Values + block.At;
            block.Gradients = parameter.Gradients + block.At;
        }
    }

    private void Dispatch(delegate*<void*, int, int, void> body, Factors factors)
    {
        fixed (Block* blocks = _blocks)
        fixed (double* norms = _norms)
        {
            var work = new Work { Blocks = blocks, Norms = norms, Factors = factors };
            _pass.Run.Dispatch(body, &work, _blocks.Length);
        }
    }

    private static void Norms(void* arguments, int begin, int end)
    {
        var work = (Work*)arguments;
        for (int b = begin; b < end; b++)
        {
            // One sum in element order: no vector width has a part in it.
            double sum = 0;
            foreach (float g in new ReadOnlySpan<float>(work->Blocks[b].Gradients, work->Blocks[b].Count)) sum += (double)g * g;
            work->Norms[b] = sum;
        }
    }

    private static void Updates(void* arguments, int begin, int end)
    {
        var work = (Work*)arguments;
        for (int b = begin; b < end; b++)
        {
            ref var block = ref work->Blocks[b];
            int i = 0;
            for (; i + Vector<float>.Count <= block.Count; i += Vector<float>.Count) Update(ref block, i, work->Factors);
            for (; i < block.Count; i++) UpdateOne(ref block, i, work->Factors);
        }
    }

    private static void Update(ref Block block, int i, in Factors f)
    {
        var gradient = Vector.Load(block.Gradients + i) * f.Clip;
        var first = (Vector.Load(block.First + i) * f.Beta1) + (gradient * (1 - f.Beta1));
        var second = (Vector.Load(block.Second + i) * f.Beta2) + (gradient * gradient * (1 - f.Beta2));
        Vector.Store(first, block.First + i);
        Vector.Store(second, block.Second + i);
        var value = Vector.Load(block.Values + i);
        if (block.Decays) value -= value * f.Decay;
        Vector.Store(value - (first * f.Rate / (Vector.SquareRoot(second * f.Correction) + new Vector<float>(f.Epsilon))), block.Values + i);
    }

    // The same operations in the same order.
    private static void UpdateOne(ref Block block, int i, in Factors f)
    {
        float gradient = block.Gradients[i] * f.Clip;
        float first = (block.First[i] * f.Beta1) + (gradient * (1 - f.Beta1));
        float second = (block.Second[i] * f.Beta2) + (gradient * gradient * (1 - f.Beta2));
        (block.First[i], block.Second[i]) = (first, second);
        float value = block.Values[i];
        if (block.Decays) value -= value * f.Decay;
        block.Values[i] = value - (first * f.Rate / (MathF.Sqrt(second * f.Correction) + f.Epsilon));
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_moments);
        _moments = null;
    }

    private struct Block
    {
        public int Parameter;
        public long At;
        public float* Values;
        public float* Gradients;
        public float* First;
        public float* Second;
        public int Count;
        public bool Decays;
    }

    private struct Factors
    {
        public float Clip;
        public float Beta1;
        public float Beta2;
        public float Epsilon;
        public float Rate;
        public float Correction;
        public float Decay;
    }

    private struct Work
    {
        public Block* Blocks;
        public double* Norms;
        public Factors Factors;
    }
}
