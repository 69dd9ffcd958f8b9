using ILGPU;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Puts together what a thread hands to matrix instructions.</summary>
public static class Fragment
{
    /// <summary>A 16-row operand: rows g and g + 8 of the first half of the reduced numbers, then of the second.</summary>
    public static Words4 A(uint low, uint below, uint high, uint belowHigh) => new() { X = low, Y = below, Z = high, W = belowHigh };

    /// <summary>A 16-row operand from what rows g and g + 8 hold.</summary>
    public static Words4 A(Words2 row, Words2 below) => new() { X = row.X, Y = below.X, Z = row.Y, W = below.Y };

    /// <summary>An 8-column operand: the first half of the reduced numbers, then the second.</summary>
    public static Words2 B(uint low, uint high) => new() { X = low, Y = high };

    /// <summary>The lower halves of four words, two to a word.</summary>
    public static Words2 LowHalves(uint first, uint second, uint third, uint fourth) => new() { X = (first & 0xFFFFu) | second << 16, Y = (third & 0xFFFFu) | fourth << 16 };

    /// <summary>The upper halves.</summary>
    public static Words2 HighHalves(uint first, uint second, uint third, uint fourth) =>
        new() { X = first >> 16 | (second & 0xFFFF0000u), Y = third >> 16 | (fourth & 0xFFFF0000u) };

    /// <summary>Four float32 numbers times a factor as two bfloat16 terms: X and Y the numbers rounded, Z and W what the rounding left.</summary>
    public static Words4 Terms(Words4 numbers, float factor)
    {
        float a = Interop.IntAsFloat(numbers.X) * factor, b = Interop.IntAsFloat(numbers.Y) * factor, c = Interop.IntAsFloat(numbers.Z) * factor, d = Interop.IntAsFloat(numbers.W) * factor;
        uint low = MatrixCore.PackBF16(a, b), high = MatrixCore.PackBF16(c, d);
        return new()
        {
            X = low,
            Y = high,
            Z = MatrixCore.PackBF16(a - MatrixCore.LowBF16(low), b - MatrixCore.HighBF16(low)),
            W = MatrixCore.PackBF16(c - MatrixCore.LowBF16(high), d - MatrixCore.HighBF16(high)),
        };
    }

    /// <summary>Sums of row g, then of row g + 8.</summary>
    public static Sums4 Sums(float left, float right, float below, float belowRight) => new() { X = left, Y = right, Z = below, W = belowRight };

    /// <summary>Scores whose keys a query may not see become the lowest there is.</summary>
    /// <param name="scores">Of two keys with two queries, the second one eight tokens later.</param>
    /// <param name="reach">How many tokens the first query stands behind the first key.</param>
    /// <param name="lowest">The lowest.</param>
    public static Sums4 Hide(Sums4 scores, int reach, float lowest) => new()
    {
        X = reach >= 0 ? scores.X : lowest,
        Y = reach >= 1 ? scores.Y : lowest,
        Z = reach >= -8 ? scores.Z : lowest,
        W = reach >= -7 ? scores.W : lowest,
    };

    /// <summary>Scores of four keys times their scale, the lowest there is behind the last key.</summary>
    /// <param name="scores">Of keys that follow each other.</param>
    /// <param name="scale">Their scale.</param>
    /// <param name="seen">How many of them there are.</param>
    /// <param name="lowest">The lowest.</param>
    public static Sums4 See(Sums4 scores, float scale, int seen, float lowest) => new()
    {
        X = seen > 0 ? scores.X * scale : lowest,
        Y = seen > 1 ? scores.Y * scale : lowest,
        Z = seen > 2 ? scores.Z * scale : lowest,
        W = seen > 3 ? scores.W * scale : lowest,
    };

    /// <summary>Softmax weights: 2 to the power of scores times a factor, less their row's maximum.</summary>
    /// <param name="scores">Scores.</param>
    /// <param name="factor">Scale times log2 e.</param>
    /// <param name="most">Maximum of row g.</param>
    /// <param name="below">Maximum of row g + 8.</param>
    public static Sums4 Weights(Sums4 scores, float factor, float most, float below) => new()
    {
        X = DeviceMath.Exp2(DeviceMath.MulAdd(scores.X, factor, -most)),
        Y = DeviceMath.Exp2(DeviceMath.MulAdd(scores.Y, factor, -most)),
        Z = DeviceMath.Exp2(DeviceMath.MulAdd(scores.Z, factor, -below)),
        W = DeviceMath.Exp2(DeviceMath.MulAdd(scores.W, factor, -below)),
    };

    /// <summary>Sums times a factor of their row.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="row">Of row g.</param>
    /// <param name="below">Of row g + 8.</param>
    public static Sums4 Fade(Sums4 sums, float row, float below) => new() { X = sums.X * row, Y = sums.Y * row, Z = sums.Z * below, W = sums.W * below };

    /// <summary>Adds four float32 numbers, times a factor.</summary>
    public static Sums4 Add(Sums4 sum, float factor, Words4 numbers) => new()
    {
        X = DeviceMath.MulAdd(factor, Interop.IntAsFloat(numbers.X), sum.X),
        Y = DeviceMath.MulAdd(factor, Interop.IntAsFloat(numbers.Y), sum.Y),
        Z = DeviceMath.MulAdd(factor, Interop.IntAsFloat(numbers.Z), sum.Z),
        W = DeviceMath.MulAdd(factor, Interop.IntAsFloat(numbers.W), sum.W),
    };

    /// <summary>Adds a block's sums, times the scales of their rows and columns.</summary>
    /// <param name="sum">Running sums.</param>
    /// <param name="block">The block's.</param>
    /// <param name="row">Scale of row g.</param>
    /// <param name="below">Scale of row g + 8.</param>
    /// <param name="left">Scale of the even column.</param>
    /// <param name="right">Scale of the odd column.</param>
    public static Sums4 Promote(Sums4 sum, Sums4 block, float row, float below, float left, float right) => new()
    {
        X = DeviceMath.MulAdd(block.X, row * left, sum.X),
        Y = DeviceMath.MulAdd(block.Y, row * right, sum.Y),
        Z = DeviceMath.MulAdd(block.Z, below * left, sum.Z),
        W = DeviceMath.MulAdd(block.W, below * right, sum.W),
    };
}
