using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Training;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Training;

/// <summary>What one call of a generated training pass works on, in device memory: ids, targets and losses lie there as in the host's step.</summary>
public sealed unsafe class DeviceTrainingStep : IDisposable
{
    private readonly TrainingStep _host;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _numbers;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _floats;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _logits;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _rope;

    internal DeviceTrainingStep(TrainingStep host, OpenDevice device, long logits)
    {
        _host = host;
        _numbers = DeviceRun.Allocate<int>(device.Accelerator, host.Numbers.Length, device.Info);
        _floats = DeviceRun.Allocate<float>(device.Accelerator, host.Floats.Length, device.Info);
        _logits = DeviceRun.Allocate<float>(device.Accelerator, logits, device.Info);
        _rope = DeviceRun.Allocate<float>(device.Accelerator, host.RopeNumbers.Length, device.Info);
        Rope.CopyFromHost(host.RopeNumbers);
    }

    /// <summary>Rows.</summary>
    public int Batch => _host.Batch;

    /// <summary>Tokens of a row.</summary>
    public int Length => _host.Length;

    /// <summary>False for the losses alone.</summary>
    public bool Backward => _host.Backward;

    /// <summary>[Batch * Length] ids; 0 at padding.</summary>
    public ArrayView<int> Ids => At(_host.Ids);

    /// <summary>[Batch * Length] next tokens; -1 where there is none.</summary>
    public ArrayView<int> Targets => At(_host.Targets);

    /// <summary>[Batch * (Length - 1)] ids that the MTP module embeds.</summary>
    public ArrayView<int> MtpIds => At(_host.MtpIds);

    /// <summary>[Batch * (Length - 1)] tokens after the next; -1 where there is none.</summary>
    public ArrayView<int> MtpTargets => At(_host.MtpTargets);

    /// <summary>[Batch * (Length - 1)] rows of the main model's hidden states that the MTP module reads.</summary>
    public ArrayView<int> MtpRows => At(_host.MtpRows);

    /// <summary>[Batch * Length] largest logit less the target's; 0 where there is no target.</summary>
    public ArrayView<float> Margins => At(_host.Margins);

    /// <summary>[Batch * Length] sum of exp(logit - largest); 1 where there is no target.</summary>
    public ArrayView<float> Totals => At(_host.Totals);

    /// <summary>[Batch * (Length - 1)] margins of the MTP module.</summary>
    public ArrayView<float> MtpMargins => At(_host.MtpMargins);

    /// <summary>[Batch * (Length - 1)] totals of the MTP module.</summary>
    public ArrayView<float> MtpTotals => At(_host.MtpTotals);

    /// <summary>[1] factor of every position's gradient.</summary>
    public ArrayView<float> MainFactor => At(_host.MainFactor);

    /// <summary>[1] the same for the MTP module.</summary>
    public ArrayView<float> MtpFactor => At(_host.MtpFactor);

    /// <summary>[1] factor of the balance loss' gradient.</summary>
    public ArrayView<float> BalanceFactor => At(_host.BalanceFactor);

    /// <summary>[Length, rope/2, 2] cosines and sines.</summary>
    public ArrayView<float> Rope => _rope.View.BaseView;

    /// <summary>[<see cref="TrainingStep.HeadTile"/>, VocabSize]: logits of a tile, then their gradients.</summary>
    public ArrayView<float> Logits => _logits.View.BaseView;

    /// <summary>[Batch] balance losses of a block.</summary>
    public ArrayView<float> Balance(int block) => At(_host.Balance(block));

    /// <summary>[Batch, Experts] gradients of the balance loss with respect to normalised scores, of a block.</summary>
    public ArrayView<float> BalanceSlope(int block) => At(_host.BalanceSlope(block));

    /// <inheritdoc/>
    public void Dispose()
    {
        _numbers.Dispose();
        _floats.Dispose();
        _logits.Dispose();
        _rope.Dispose();
    }

    /// <summary>Copies ids, targets and factors to the device.</summary>
    internal void Send()
    {
        _numbers.View.BaseView.CopyFromHost<int>(_host.Numbers);
        MainFactor.CopyFromHost<float>(_host.Floats[_host.Factors]);
    }

    /// <summary>Waits, and copies losses back.</summary>
    internal void Receive() => _floats.View.BaseView.CopyToHost(_host.Floats);

    // Both sides are laid out alike.
    private ArrayView<int> At(int* host) => _numbers.View.BaseView.SubView(host - _host.Ids);

    private ArrayView<float> At(float* host) => _floats.View.BaseView.SubView(host - _host.Margins);
}
