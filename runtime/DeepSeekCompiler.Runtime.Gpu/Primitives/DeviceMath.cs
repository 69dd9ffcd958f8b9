using ILGPU;
using ILGPU.IR.Intrinsics;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Arithmetic and number formats as generated device kernels use them; the formats do what <see cref="DeepSeekCompiler.Kernels.Primitives.Scalars"/>
/// does on the host, bit for bit.</summary>
public static class DeviceMath
{
    /// <summary>a * b + c, rounded once.</summary>
    [IntrinsicImplementation]
    [Ptx("fma.rn.f32 $r0, $0, $1, $2;")]
    [OpenCl("fma($0, $1, $2)")]
    public static float MulAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    /// <summary>e^x, to a few units in the last place.</summary>
    [IntrinsicImplementation]
    [Ptx("{ .reg .f32 t; mul.rn.f32 t, $0, 0f3FB8AA3B; ex2.approx.f32 $r0, t; }")]
    [OpenCl("exp($0)")]
    public static float Exp(float x) => MathF.Exp(x);

    /// <summary>2^x, to two units in the last place; on CUDA nothing below 2^-126.</summary>
    [IntrinsicImplementation]
    [Ptx("ex2.approx.ftz.f32 $r0, $0;")]
    [OpenCl("exp2($0)")]
    public static float Exp2(float x) => float.Exp2(x);

    /// <summary>Square root, correctly rounded on CUDA.</summary>
    [IntrinsicImplementation]
    [Ptx("sqrt.rn.f32 $r0, $0;")]
    [OpenCl("sqrt($0)")]
    public static float Sqrt(float x) => MathF.Sqrt(x);

    /// <summary>1 / divisor as <see cref="Quotient"/> wants it: finite, whatever the divisor.</summary>
    public static float Reciprocal(float divisor) => Math.Min(1f / divisor, float.MaxValue);

    /// <summary>value / divisor by the divisor's reciprocal: the product misses by a unit at most, which its remainder tells.</summary>
    /// <param name="value">Of normal size, as is the quotient; near the smallest numbers the quotient is not rounded as a division's.</param>
    /// <param name="divisor">Positive.</param>
    /// <param name="reciprocal">See <see cref="Reciprocal"/>.</param>
    public static float Quotient(float value, float divisor, float reciprocal)
    {
        float near = value * reciprocal;
        return MulAdd(MulAdd(-near, divisor, value), reciprocal, near);
    }

    /// <summary>Value of a bfloat16 code.</summary>
    public static float BF16(ushort code) => Interop.IntAsFloat((uint)code << 16);

    /// <summary>Value of a binary16 code, subnormal numbers included; infinities and NaN decode as finite numbers.</summary>
    public static float F16(ushort code)
    {
        var magnitude = Interop.IntAsFloat((uint)(code & 0x7FFF) << 13) * 5.192296858534828e33f;
        return Interop.IntAsFloat(Interop.FloatAsInt(magnitude) | ((uint)(code & 0x8000) << 16));
    }

    /// <summary>Value of a finite E4M3 code times 2^-120, exact; kernels fold the factor into the block scale.</summary>
    public static float E4M3(byte code) => Interop.IntAsFloat(((uint)(code & 0x80) << 24) | ((uint)(code & 0x7F) << 20));

    /// <summary>The nearest bfloat16 code, ties to even; NaN stays NaN.</summary>
    public static ushort ToBF16(float value)
    {
        var bits = Interop.FloatAsInt(value);
        var rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
        return (ushort)((bits & 0x7FFFFFFFu) > 0x7F800000u ? (bits >> 16) | 0x40u : rounded);
    }

    /// <summary>The code of the nearest E4M3 value, as <see cref="RoundE4M3"/>; NaN is 0x7F with its sign.</summary>
    public static byte ToE4M3(float value)
    {
        var bits = Interop.FloatAsInt(RoundE4M3(value));
        var magnitude = bits & 0x7FFFFFFFu;
        // Normal values: exponent and fraction move down by 20 bits, and the biases differ by 120 exponents. Subnormal ones are multiples of 2^-9.
        var code = magnitude < 0x3C800000u ? (uint)(Interop.IntAsFloat(magnitude) * 512f) : (magnitude >> 20) - 960u;
        return (byte)((magnitude > 0x7F800000u ? 0x7Fu : code) | ((bits >> 24) & 0x80u));
    }

    /// <summary>The nearest E4M3 value, ties to even, at most 448; zero keeps its sign, NaN stays NaN.</summary>
    public static float RoundE4M3(float value)
    {
        var bits = Interop.FloatAsInt(value);
        var magnitude = bits & 0x7FFFFFFFu;
        // Below 2^-6 the values lie 2^-9 apart, which is the distance of floats at 2^14; above, three bits of the fraction stay.
        var small = Interop.FloatAsInt(Interop.IntAsFloat(magnitude) + 16384f - 16384f);
        var large = (magnitude + 0x7FFFFu + ((magnitude >> 20) & 1u)) & 0xFFF00000u;
        var rounded = magnitude < 0x3C800000u ? small : large > 0x43E00000u ? 0x43E00000u : large;
        return magnitude > 0x7F800000u ? value : Interop.IntAsFloat(rounded | (bits & 0x80000000u));
    }
}
