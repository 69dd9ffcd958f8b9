using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Runtime.Tests.Checkpoints;

public sealed unsafe class WeightBinderTests : IDisposable
{
    private static readonly TensorSlot s_norm = new("model.norm.weight", StorageFormat.BF16, 1, 4, true);
    private static readonly TensorSlot s_head = new("lm_head.weight", StorageFormat.F32, 2, 4, false);
    private static readonly TensorSlot s_linear = new("model.layers.0.mlp.up_proj.weight", StorageFormat.E4M3, 129, 130, false);
    private static readonly TensorSlot[] s_slots = [s_norm, s_head, s_linear];

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, (SafetensorsType Type, long[] Shape, byte[] Data)> _tensors;

    public WeightBinderTests()
    {
        _tensors = new()
        {
            [s_norm.Name] = (SafetensorsType.BF16, [4], new byte[8]),
            [s_head.Name] = (SafetensorsType.F32, [2, 4], new byte[32]),
            [s_linear.Name] = (SafetensorsType.F8E4M3, [129, 130], new byte[129 * 130]),
            [s_linear.Name + "_scale_inv"] = (SafetensorsType.F32, [2, 2], Floats(1, 2, 3, 4)),
        };
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_AreBoundInSlotOrder_WithTheirScales()
    {
        _tensors[s_head.Name].Data[0] = 11;
        using var checkpoint = Open();

        var weights = WeightBinder.Bind(checkpoint, s_slots);

        Assert.Equal(3, weights.Length);
        Assert.Equal(11, weights[1].Data[0]);
        Assert.True(weights[0].Scale == null && weights[1].Scale == null);
        Assert.Equal([1f, 2, 3, 4], new ReadOnlySpan<float>(weights[2].Scale, 4).ToArray());
        Assert.True(weights[2].Data == checkpoint.Find(s_linear.Name)!.Data);
    }

    [Fact]
    public void MissingTensor_IsNamedWithWhatWasExpected() =>
        Refuses(t => t.Remove(s_head.Name), "1 tensor is missing (lm_head.weight, expected F32 [2, 4])");

    [Fact]
    public void MissingScales_AreNamed() =>
        Refuses(t => t.Remove(s_linear.Name + "_scale_inv"), "1 tensor is missing (model.layers.0.mlp.up_proj.weight_scale_inv, expected F32 [2, 2])");

    [Fact]
    public void ExtraTensor_IsNamed() =>
        Refuses(t => t["visual.weight"] = (SafetensorsType.U8, [1], new byte[1]), "1 tensor is not part of the model (\"visual.weight\" in model.safetensors, found U8 [1])");

    [Fact]
    public void ScalesOfAnUnquantisedWeight_AreExtra() =>
        Refuses(t => t["lm_head.weight_scale_inv"] = (SafetensorsType.F32, [1, 1], Floats(1)), "\"lm_head.weight_scale_inv\"");

    [Fact]
    public void WrongShape_IsNamedWithBoth() =>
        Refuses(t => t[s_head.Name] = (SafetensorsType.F32, [4, 2], new byte[32]), "lm_head.weight is F32 [4, 2], expected F32 [2, 4]");

    [Fact]
    public void MatrixInsteadOfAVector_IsRefused() =>
        Refuses(t => t[s_norm.Name] = (SafetensorsType.BF16, [1, 4], new byte[8]), "model.norm.weight is BF16 [1, 4], expected BF16 [4]");

    [Fact]
    public void WrongType_IsNamedWithBoth() =>
        Refuses(t => t[s_norm.Name] = (SafetensorsType.F16, [4], new byte[8]), "model.norm.weight is F16 [4], expected BF16 [4]");

    [Fact]
    public void WrongScaleShape_IsNamedWithBoth() => Refuses(
        t => t[s_linear.Name + "_scale_inv"] = (SafetensorsType.F32, [2, 1], Floats(1, 1)),
        "model.layers.0.mlp.up_proj.weight_scale_inv is F32 [2, 1], expected F32 [2, 2]");

    [Fact]
    public void WrongScaleType_IsNamedWithBoth() => Refuses(
        t => t[s_linear.Name + "_scale_inv"] = (SafetensorsType.BF16, [2, 2], new byte[8]),
        "model.layers.0.mlp.up_proj.weight_scale_inv is BF16 [2, 2], expected F32 [2, 2]");

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    [InlineData(0f, "scale 0")]
    [InlineData(-0f, "scale -0")]
    [InlineData(-0.5f, "-0.5")]
    [InlineData(3e38f, "3E+38")]
    public void ImpossibleScale_IsNamedWithItsBlock(float scale, string shown) => Refuses(
        t => t[s_linear.Name + "_scale_inv"] = (SafetensorsType.F32, [2, 2], Floats(1, 2, scale, 4)),
        "model.layers.0.mlp.up_proj.weight_scale_inv",
        shown,
        "block [1, 0]");

    [Fact]
    public void SmallestAndLargestScales_AreAccepted()
    {
        _tensors[s_linear.Name + "_scale_inv"] = (SafetensorsType.F32, [2, 2], Floats(float.Epsilon, 1e18f, 1, 1));
        using var checkpoint = Open();

        Assert.Equal(float.Epsilon, WeightBinder.Bind(checkpoint, s_slots)[2].Scale[0]);
    }

    [Fact]
    public void ManyProblems_AreOneSentenceWithCounts()
    {
        var many = Enumerable.Range(0, 500).Select(i => new TensorSlot($"model.layers.{i}.w", StorageFormat.F32, 1, 1, true));
        using var checkpoint = Open();

        Measured.Refuses(
            _folder.Path,
            () => WeightBinder.Bind(checkpoint, [.. many, s_norm, s_linear, s_head with { Rows = 3 }]),
            "500 tensors are missing",
            "model.layers.2.w",
            "1 tensor differs");
    }

    [Fact]
    public void RotaryFrequencies_AreTolerated()
    {
        _tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = (SafetensorsType.F32, [2], new byte[8]);
        using var checkpoint = Open();

        Assert.Equal(3, WeightBinder.Bind(checkpoint, s_slots).Length);
    }

    [Fact]
    public void PredictionLayers_AreToleratedOnRequestOnly()
    {
        _tensors["model.layers.61.eh_proj.weight"] = (SafetensorsType.U8, [1], new byte[1]);
        using var checkpoint = Open();

        Assert.Equal(3, WeightBinder.Bind(checkpoint, s_slots, ignoredLayersFrom: 61).Length);
        Measured.Refuses(_folder.Path, () => WeightBinder.Bind(checkpoint, s_slots), "\"model.layers.61.eh_proj.weight\"");
        Measured.Refuses(_folder.Path, () => WeightBinder.Bind(checkpoint, s_slots, ignoredLayersFrom: 62), "\"model.layers.61.eh_proj.weight\"");
    }

    /// <summary>A configuration with fewer layers than the checkpoint has is another model's.</summary>
    [Fact]
    public void PlainLayersBeyondTheLast_AreExtra()
    {
        _tensors["model.layers.3.input_layernorm.weight"] = _tensors["model.layers.4.eh_proj.weight"] = (SafetensorsType.U8, [1], new byte[1]);
        using var checkpoint = Open();

        Measured.Refuses(_folder.Path, () => WeightBinder.Bind(checkpoint, s_slots, ignoredLayersFrom: 3), "\"model.layers.3.input_layernorm.weight\"");
    }

    [Theory]
    [InlineData("model.layers.x.weight")]
    [InlineData("model.layers.99999999999999.weight")]
    [InlineData("model.layers.-5.weight")]
    [InlineData("model.layers.")]
    public void StrangeLayerNames_AreExtra(string name)
    {
        _tensors[name] = (SafetensorsType.U8, [1], new byte[1]);
        using var checkpoint = Open();

        Measured.Refuses(_folder.Path, () => WeightBinder.Bind(checkpoint, s_slots, ignoredLayersFrom: 3), name);
    }

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private void Refuses(Action<Dictionary<string, (SafetensorsType Type, long[] Shape, byte[] Data)>> change, params string[] culprits)
    {
        change(_tensors);
        using var checkpoint = Open();
        Measured.Refuses(_folder.Path, () => WeightBinder.Bind(checkpoint, s_slots), culprits);
    }

    private Checkpoint Open()
    {
        SafetensorsWriter.Write(_folder["model.safetensors"], [.. _tensors.Select(t => (new TensorLayout(t.Key, t.Value.Type, t.Value.Shape), (ReadOnlyMemory<byte>)t.Value.Data))]);
        return Checkpoint.Open(_folder.Path);
    }
}
