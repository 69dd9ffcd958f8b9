using System.Globalization;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;
using DeepSeekCompiler.Runtime.Gpu.Cuda;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>The roofline bound of a kernel at given sizes: no device can be faster than its arithmetic or its memory allow.</summary>
/// <param name="Tokens">Tokens of the call.</param>
/// <param name="Context">Tokens in the cache afterwards.</param>
/// <param name="Work">What there is to do.</param>
public sealed record Roofline(int Tokens, int Context, Work Work)
{
    private const int PrefillTokens = 512;
    private const int Splits = 16;

    /// <param name="spec">The model.</param>
    /// <param name="kernel">Its kernel.</param>
    /// <param name="tokens">Tokens of the call; null for 512 in prefill kernels and 1 in others.</param>
    /// <param name="context">Tokens in the cache afterwards.</param>
    public static Roofline Of(ModelSpec spec, TensorKernel kernel, int? tokens, int context)
    {
        bool prefill = kernel.Name.Contains("Prefill", StringComparison.Ordinal) || kernel.Name is "ExpertDown" or "Combine";
        var (count, all) = Sizes(tokens ?? (prefill ? PrefillTokens : 1), context);
        var scalars = Scalars(spec, count, all);
        return new(count, all, Work.Of(kernel, scalars, (double)scalars["slots"] / scalars["active"]));
    }

    /// <summary>The integer parameters that kernels have, at given sizes.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="tokens">Tokens of the call.</param>
    /// <param name="context">Tokens in the cache afterwards.</param>
    public static IReadOnlyDictionary<string, long> Scalars(ModelSpec spec, int tokens, int context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var (count, all) = Sizes(tokens, context);
        long slots = (long)count * (spec.Experts?.NumExpertsPerTok ?? 1);
        return new Dictionary<string, long>
        {
            ["tokens"] = count, ["position"] = all - count, ["splits"] = Splits, ["slots"] = slots, ["active"] = Math.Min(slots, spec.Experts?.NRoutedExperts ?? 1),
        };
    }

    private static (int Tokens, int Context) Sizes(int tokens, int context) => (tokens, Math.Max(context, tokens));

    /// <summary>The least time on a device in microseconds, and what bounds it. Products of matrices can use matrix units, whatever this kernel does.</summary>
    /// <param name="device">Its rates.</param>
    /// <param name="peak">TFLOPS of the unit that the kernel's numbers fit.</param>
    public (double Microseconds, string Bound, double Ridge) On(DeviceRates device, double peak)
    {
        ArgumentNullException.ThrowIfNull(device);
        double arithmetic = Work.Flops / (peak * 1e6), memory = Work.Bytes / (device.Memory * 1e3);
        return (Math.Max(arithmetic, memory), arithmetic > memory ? "arithmetic" : "memory", peak * 1e3 / device.Memory);
    }

    /// <summary>TFLOPS of the fastest unit that multiplies numbers of a format.</summary>
    public static double Peak(DeviceRates device, NumberFormat format)
    {
        ArgumentNullException.ThrowIfNull(device);
        return format switch { NumberFormat.E4M3 => device.Fp8, NumberFormat.BF16 or NumberFormat.F16 => device.Bfloat16, _ => device.Float32 };
    }

    /// <summary>The format whose unit that is: a device without FP8 units multiplies such numbers as bfloat16.</summary>
    public static NumberFormat Unit(DeviceRates device, NumberFormat format)
    {
        ArgumentNullException.ThrowIfNull(device);
        return format == NumberFormat.E4M3 && device.Fp8 == device.Bfloat16 ? NumberFormat.BF16 : format;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Tokens} tokens, context {Context}: {Work.Flops:#,0} FLOPs, {Work.Bytes:#,0} bytes, {Work.Intensity:F2} FLOPs a byte");
}
