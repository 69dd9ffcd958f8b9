using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Kinds of devices that a model's device programs are printed for; the names are those of DeviceVariant in the device runtime.</summary>
[Flags]
public enum DeviceVariants
{
    None = 0,

    /// <summary>OpenCL drivers for CPUs: one thread a group.</summary>
    Cpu = 1,

    /// <summary>GPUs whose threads run in step by 32, without matrix instructions.</summary>
    Warp32 = 2,

    /// <summary>GPUs whose threads run in step by 64, without matrix instructions.</summary>
    Wave64 = 4,

    /// <summary>NVIDIA sm_80 and later: bfloat16 matrix instructions.</summary>
    Sm80 = 8,

    /// <summary>NVIDIA sm_89 and later: FP8 matrix instructions too.</summary>
    Sm89 = 16,

    /// <summary>NVIDIA sm_90a: warpgroup matrix instructions and the copy engine.</summary>
    Sm90 = 32,

    All = Cpu | Warp32 | Wave64 | Sm80 | Sm89 | Sm90,
}

/// <summary>The target of every variant.</summary>
public static class DeviceTargets
{
    // A variant comes behind the one it is derived from.
    private static readonly (DeviceVariants Variant, DeviceTarget Target, DeviceVariants Base)[] s_all =
    [
        (DeviceVariants.Cpu, new(1), DeviceVariants.None),
        (DeviceVariants.Warp32, new(32), DeviceVariants.None),
        (DeviceVariants.Wave64, new(64), DeviceVariants.None),
        (DeviceVariants.Sm80, new(32) { Matrix = MatrixUnit.Bfloat16 }, DeviceVariants.Warp32),
        (DeviceVariants.Sm89, new(32) { Matrix = MatrixUnit.Fp8 }, DeviceVariants.Sm80),
        (DeviceVariants.Sm90, new(32) { Matrix = MatrixUnit.Warpgroup }, DeviceVariants.Sm89),
    ];

    /// <summary>Every target, as it is without options.</summary>
    public static IEnumerable<DeviceTarget> All => Array.ConvertAll(s_all, d => d.Target);

    /// <summary>The target of one variant.</summary>
    public static DeviceTarget For(DeviceVariants variant) => Array.Find(s_all, d => d.Variant == variant).Target;

    /// <summary>Name, target, and the variant whose kernels it takes over where its own would be the same (none: null).</summary>
    public static IEnumerable<(DeviceVariants Variant, DeviceTarget Target, DeviceTarget? Base)> Of(CompileOptions options)
    {
        foreach (var (variant, target, parent) in s_all)
        {
            if (!options.Devices.HasFlag(variant)) continue;
            yield return (variant, Adapt(target, options), Base(parent, options) is { } found ? Adapt(found, options) : null);
        }
    }

    /// <summary>The target of a training pass, for every variant: without matrix instructions, so that a variant shares that of its plain ancestor.</summary>
    public static IEnumerable<(DeviceVariants Variant, DeviceTarget Target)> OfTraining(CompileOptions options)
    {
        foreach (var (variant, target, parent) in s_all)
        {
            if (!options.TrainingDevices.HasFlag(variant)) continue;
            var (plain, next) = (target, parent);
            while (plain.Matrix != MatrixUnit.None) (_, plain, next) = Array.Find(s_all, d => d.Variant == next);
            yield return (variant, plain);
        }
    }

    private static DeviceTarget Adapt(DeviceTarget target, CompileOptions options) => target with { Tile = options.Tile ?? target.Tile };

    // The nearest ancestor that is printed.
    private static DeviceTarget? Base(DeviceVariants variant, CompileOptions options)
    {
        for (int i = s_all.Length - 1; i >= 0; i--)
        {
            if (s_all[i].Variant != variant) continue;
            if (options.Devices.HasFlag(variant)) return s_all[i].Target;
            variant = s_all[i].Base;
        }

        return null;
    }
}
