using DeepSeekCompiler.Generators.Loops.Passes;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>Facts of a target that schedules depend on. A worker has <paramref name="Lanes"/> lanes that run in step: those of a vector on the
/// host, the threads of a group on a device.</summary>
/// <param name="Lanes">Float32 numbers that a worker handles at once.</param>
/// <param name="Registers">Registers an inner loop may count on, each as wide as a worker.</param>
/// <param name="SharesRows">Prepared activation rows are written once to memory that all workers read (many small workers, as on a GPU);
/// otherwise every worker keeps rows of its own (few large ones, with caches of their own).</param>
public record Machine(int Lanes, int Registers, bool SharesRows)
{
    /// <summary>The <see cref="TuningTarget"/> of the host.</summary>
    public const string HostTuning = "host";

    /// <summary>The begin of those of devices without matrix instructions.</summary>
    public const string PortableTuning = "portable-";

    /// <summary>The begin of those of NVIDIA devices with them.</summary>
    public const string CudaTuning = "cuda-";

    /// <summary>Target and class of devices, as tuning files name what their choices were measured for.</summary>
    public virtual string TuningTarget => HostTuning;

    /// <summary>Bytes of a worker's first cache: what most processors have.</summary>
    public int FirstCache { get; init; } = 32 << 10;

    /// <summary>Bytes of its second cache: what most processors have at least.</summary>
    public int SecondCache { get; init; } = 512 << 10;

    /// <summary>Bytes of a cache line.</summary>
    public const int Line = 64;

    /// <summary>Its matrix instructions.</summary>
    public MatrixUnit Matrix { get; init; }

    /// <summary>Tiles of products with many tokens on those.</summary>
    public MatrixTile Tile { get; init; } = MatrixTile.Large;

    /// <summary>Whether activations meet matrix instructions as two bfloat16 terms with many tokens too (with few they always do: it costs nothing there), and on the host as float32
    /// numbers instead of whole ones.</summary>
    public bool SplitsActivations { get; init; }

    /// <summary>What was measured to be better than the compiler's own choice for the kernel at hand.</summary>
    public KernelChoice Choice { get; init; } = KernelChoice.Default;

    /// <summary>With many tokens, panels are transposed and activations packed (see <see cref="Algorithms.MatrixForm.Packed"/>).</summary>
    public bool PacksPanels { get; init; }

    /// <summary>Numbers of a format that share a 32-bit lane. Scalar code has no lanes to share, and the threads of a group read narrow numbers one by one.</summary>
    public int Narrow(NumberFormat format) => Lanes == 1 || SharesRows ? 1 : Vectorize.PerWord(format);
}
