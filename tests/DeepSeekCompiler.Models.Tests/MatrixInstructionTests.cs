using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>The device programs for NVIDIA's matrix instructions, the instructions emulated on an OpenCL device: whole models against golden data and the
/// plain reference, so that every index of tiles, fragments, swizzles and epilogues is used.</summary>
public class MatrixInstructionTests
{
    public static TheoryData<string, DeviceVariant> Golden => new()
    {
        { "v3-sharded-bf16", DeviceVariant.Sm80 }, { "v3-fp8", DeviceVariant.Sm80 }, { "v3-fp8-full", DeviceVariant.Sm80 }, { "v3-fp8-full", DeviceVariant.Sm89 },
    };

    /// <summary>Shapes whose rows are whole pieces of 16 bytes and otherwise ragged: tiles, blocks and groups of warps are all cut somewhere.</summary>
    public static TheoryData<string, string, DeviceVariant> Ragged => new()
    {
        { "bf16", "dtype=bf16 hidden_size=136 kv_lora_rank=40 q_lora_rank=56 moe_intermediate_size=24 intermediate_size=88 num_attention_heads=5 num_key_value_heads=5 v_head_dim=24 qk_nope_head_dim=20", DeviceVariant.Sm80 },
        { "bf16, prediction module", "dtype=bf16 num_nextn_predict_layers=1 hidden_size=72 intermediate_size=264 num_attention_heads=3 num_key_value_heads=3 q_lora_rank=null", DeviceVariant.Sm80 },
        { "fp8", "dtype=fp8 hidden_size=208 kv_lora_rank=144 q_lora_rank=160 qk_nope_head_dim=20 v_head_dim=32 num_attention_heads=5 num_key_value_heads=5 moe_intermediate_size=144", DeviceVariant.Sm80 },
        { "fp8, odd rows", "dtype=fp8 hidden_size=304 kv_lora_rank=130 q_lora_rank=272 qk_nope_head_dim=33 v_head_dim=16 num_attention_heads=7 num_key_value_heads=7", DeviceVariant.Sm80 },
        { "fp8 activations", "dtype=fp8 policy=full hidden_size=144 moe_intermediate_size=48 intermediate_size=272", DeviceVariant.Sm89 },
    };

    [OpenClTheory]
    [MemberData(nameof(Golden))]
    public void SplitActivations_MatchGoldenNumbers(string name, DeviceVariant variant)
    {
        using var golden = new GoldenCase(name);
        using var model = golden.Load(Options(variant));
        GoldenRun.Check(golden, model, Tolerances.DeviceLogits);
    }

    [OpenClTheory]
    [MemberData(nameof(Ragged))]
    public void SplitActivations_MatchThePlainReference(string name, string changes, DeviceVariant variant) =>
        UnseenConfiguration.Check(name, changes, variant.ToString(), Options(variant));

    [OpenClFact]
    public void RoundedActivations_StayNearGoldenNumbers()
    {
        using var golden = new GoldenCase("v3-sharded-bf16");
        using var model = golden.Load(Options(DeviceVariant.Sm80) with { SplitActivations = false });
        GoldenRun.CheckLogits(golden, model, Tolerances.Bf16Activations, Tolerances.RowsWithoutFlips);
    }

    private static LoadOptions Options(DeviceVariant variant) => new() { Device = "opencl", Variant = variant, SplitActivations = true, VectorWidth = 0, Tile = MatrixTile.Small };
}
