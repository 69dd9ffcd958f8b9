using System.Runtime.Intrinsics;
using Primitive = DeepSeekCompiler.Kernels.Primitives.Lanes;
using V = System.Runtime.Intrinsics.Vector256<float>;
using W = System.Runtime.Intrinsics.Vector256<int>;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

public sealed unsafe class LaneSet256 : LaneSet
{
    public override int Width => 256;

    public override float[] Decode(string part, int[] words) => part switch
    {
        "BF16Low" => Map(words, &BF16Low),
        "BF16High" => Map(words, &BF16High),
        "F16Low" => Map(words, &F16Low),
        "F16High" => Map(words, &F16High),
        "E4M3Byte3" => Map(words, &E4M3Byte3),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "no such part"),
    };

    public override float[] LoadBF16(ushort[] codes) => Load(codes, &LoadBF16);

    public override float[] LoadF16(ushort[] codes) => Load(codes, &LoadF16);

    public override float[] LoadE4M3(byte[] codes) => Load(codes, &LoadE4M3);

    public override ushort[] StoreBF16(float[] values) => Store<ushort>(values, &StoreBF16);

    public override ushort[] StoreF16(float[] values) => Store<ushort>(values, &StoreF16);

    public override byte[] StoreE4M3(float[] values) => Store<byte>(values, &StoreE4M3);

    public override float[] Exp(float[] values) => Map(values, &Exp);

    public override float Max(float[] values) => Primitive.Max(Vector256.Create(values));

    public override float[] RoundE4M3(float[] values) => Map(values, &RoundE4M3);

    private static V BF16Low(W words) => Primitive.BF16Low(words);

    private static V BF16High(W words) => Primitive.BF16High(words);

    private static V F16Low(W words) => Primitive.F16Low(words);

    private static V F16High(W words) => Primitive.F16High(words);

    private static V E4M3Byte3(W words) => Primitive.E4M3Byte3(words);

    private static V LoadBF16(ushort* p) => Primitive.LoadBF16_256(p);

    private static V LoadF16(ushort* p) => Primitive.LoadF16_256(p);

    private static V LoadE4M3(byte* p) => Primitive.LoadE4M3_256(p);

    private static void StoreBF16(V values, ushort* p) => Primitive.StoreBF16(values, p);

    private static void StoreF16(V values, ushort* p) => Primitive.StoreF16(values, p);

    private static void StoreE4M3(V values, byte* p) => Primitive.StoreE4M3(values, p);

    private static V Exp(V values) => Primitive.Exp(values);

    private static V RoundE4M3(V values) => Primitive.RoundE4M3(values);

    private static float[] Map<T>(T[] from, delegate*<Vector256<T>, V> map)
    {
        var to = new float[from.Length];
        for (var i = 0; i < from.Length; i += 8)
        {
            map(Vector256.Create(from, i)).CopyTo(to, i);
        }

        return to;
    }

    private static float[] Load<T>(T[] codes, delegate*<T*, V> load)
        where T : unmanaged
    {
        var to = new float[codes.Length];
        fixed (T* p = codes)
        {
            for (var i = 0; i < codes.Length; i += 8)
            {
                load(p + i).CopyTo(to, i);
            }
        }

        return to;
    }

    private static T[] Store<T>(float[] values, delegate*<V, T*, void> store)
        where T : unmanaged
    {
        var to = new T[values.Length];
        fixed (T* p = to)
        {
            for (var i = 0; i < values.Length; i += 8)
            {
                store(Vector256.Create(values, i), p + i);
            }
        }

        return to;
    }
}
