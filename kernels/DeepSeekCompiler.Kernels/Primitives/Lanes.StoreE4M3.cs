using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSeekCompiler.Kernels.Primitives;

// The nearest value times 2^-120 has the code's seven bits at the bottom of its exponent and the top of its fraction, exact also below 2^-6.
public static unsafe partial class Lanes
{
    private const float E4M3ToBits = 7.52316384526264e-37f; // 2^-120
    private const uint E4M3NaN = 0x7F;

    /// <summary>Stores 16 E4M3 codes, rounded to nearest, ties to even, at most 448; zero keeps its sign, NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreE4M3(Vector512<float> values, byte* p)
    {
        var bits = (RoundE4M3(values) * Vector512.Create(E4M3ToBits)).AsUInt32();
        var code = Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), (bits >>> 20) & Vector512.Create(E4M3NaN), Vector512.Create(E4M3NaN));
        code |= (values.AsUInt32() >>> 24) & Vector512.Create(0x80u);
        if (Avx512F.IsSupported) Avx512F.ConvertToVector128Byte(code).Store(p);
        else Store8(Vector256.Narrow(code.GetLower(), code.GetUpper()), p);
    }

    /// <summary>Stores 8 E4M3 codes, rounded to nearest, ties to even, at most 448; zero keeps its sign, NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreE4M3(Vector256<float> values, byte* p)
    {
        var bits = (RoundE4M3(values) * Vector256.Create(E4M3ToBits)).AsUInt32();
        var code = Vector256.ConditionalSelect(Vector256.Equals(values, values).AsUInt32(), (bits >>> 20) & Vector256.Create(E4M3NaN), Vector256.Create(E4M3NaN));
        code |= (values.AsUInt32() >>> 24) & Vector256.Create(0x80u);
        var words = Vector128.Narrow(code.GetLower(), code.GetUpper());
        Vector128.Narrow(words, words).GetLower().Store(p);
    }

    /// <summary>Stores 4 E4M3 codes, rounded to nearest, ties to even, at most 448; zero keeps its sign, NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreE4M3(Vector128<float> values, byte* p)
    {
        var bits = (RoundE4M3(values) * Vector128.Create(E4M3ToBits)).AsUInt32();
        var code = Vector128.ConditionalSelect(Vector128.Equals(values, values).AsUInt32(), (bits >>> 20) & Vector128.Create(E4M3NaN), Vector128.Create(E4M3NaN));
        code |= (values.AsUInt32() >>> 24) & Vector128.Create(0x80u);
        var words = Vector128.Narrow(code, code);
        Unsafe.WriteUnaligned(p, Vector128.Narrow(words, words).AsUInt32().ToScalar());
    }

    private static void Store8(Vector256<ushort> codes, byte* p) => Vector128.Narrow(codes.GetLower(), codes.GetUpper()).Store(p);
}
