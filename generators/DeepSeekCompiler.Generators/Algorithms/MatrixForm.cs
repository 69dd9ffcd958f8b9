namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>The ways to multiply by a weight matrix.</summary>
public enum MatrixForm
{
    /// <summary>Few tokens: every weight byte is read once, straight from the file, and decoded in registers.</summary>
    Streaming,

    /// <summary>As <see cref="Streaming"/>, on devices without matrix instructions: fewer tokens at once.</summary>
    DeviceStreaming,

    /// <summary>Many tokens: a panel of rows is decoded once into float32 and multiplies all of them.</summary>
    Panel,

    /// <summary>As <see cref="Panel"/>, with vectors along the weight's rows: panels are transposed as they are decoded, activations packed in tiles of tokens.</summary>
    Packed,

    /// <summary>As <see cref="Packed"/>, with both factors as whole numbers that are multiplied in pairs (see <see cref="FixedPoint"/>).</summary>
    PackedFixed,

    /// <summary>Any number of tokens, straight from the stored weight: register tiles of rows by tokens with vectors along the columns, which need no panel.</summary>
    Tiled,

    /// <summary>As <see cref="Panel"/>, for devices whose group is one thread of a processor: panels are transposed as they are decoded, so that the compiler finds vectors
    /// along the weight's rows. It finds none along columns, whose sums it may not reorder.</summary>
    PanelAcross,

    /// <summary>Few tokens, matrix instructions: weights stream through registers, activations are two bfloat16 terms (16 bits of fraction).</summary>
    TensorStreaming,

    /// <summary>Many tokens, matrix instructions: tiles in shared memory, activations rounded to bfloat16.</summary>
    TensorPanel,

    /// <summary>As <see cref="TensorPanel"/>, with activations as two bfloat16 terms: near float32, at twice the multiplications.</summary>
    TensorPanelSplit,

    /// <summary>As <see cref="TensorPanel"/>, for instructions that read whole tiles from shared memory: the activation rows of an expert lie one behind the
    /// other, so that a copy engine fetches a tile of them at once.</summary>
    WarpgroupPanel,

    /// <summary>As <see cref="WarpgroupPanel"/>, with activations as two bfloat16 terms.</summary>
    WarpgroupPanelSplit,
}

/// <summary>What forms have in common.</summary>
internal static class MatrixForms
{
    /// <summary>Made for a few tokens, where reading the weights is the cost.</summary>
    public static bool IsStreaming(this MatrixForm form) => form is MatrixForm.Streaming or MatrixForm.DeviceStreaming or MatrixForm.TensorStreaming;

    /// <summary>Without matrix instructions.</summary>
    public static bool IsPlainStreaming(this MatrixForm form) => form is MatrixForm.Streaming or MatrixForm.DeviceStreaming;

    /// <summary>Multiplies activations with codes as they are stored, without matrix instructions.</summary>
    public static bool MeetsCodes(this MatrixForm form) => form.IsPlainStreaming() || form == MatrixForm.Tiled;

    /// <summary>Vectors along the weight's rows, which are transposed as they are decoded; activations in tiles of tokens.</summary>
    public static bool IsPacked(this MatrixForm form) => form is MatrixForm.Packed or MatrixForm.PackedFixed;

    /// <summary>Many tokens, panels that a group decodes for itself.</summary>
    public static bool IsPanel(this MatrixForm form) => form is MatrixForm.Panel or MatrixForm.PanelAcross;

    /// <summary>Multiplies with matrix instructions.</summary>
    public static bool IsTensor(this MatrixForm form) => form >= MatrixForm.TensorStreaming;

    /// <summary>Multiplies with the instructions of a warpgroup, tiles brought by the copy engine.</summary>
    public static bool IsWarpgroup(this MatrixForm form) => form >= MatrixForm.WarpgroupPanel;

    /// <summary>Most tokens of a step: on the host, or on devices.</summary>
    public static int Chunk(this MatrixForm form) => form.IsPacked() || form is MatrixForm.Tiled or MatrixForm.Streaming ? Limits.MaxChunk : Limits.MaxDeviceChunk;

    /// <summary>bfloat16 terms that an activation is the sum of.</summary>
    public static int Terms(this MatrixForm form) => form is MatrixForm.TensorPanel or MatrixForm.WarpgroupPanel ? 1 : 2;
}
