using System;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints in which order blocks of queries come to the groups of prefill attention.</summary>
/// <remarks>Groups that run at the same time should read the same keys and values, which the second cache then holds: blocks of a head follow each other. They see
/// different numbers of keys, the more the later they are; where there are blocks enough, one from the end and one from the beginning are a work item, and
/// items take equally long.</remarks>
internal static class FlashItems
{
    /// <param name="function">The blocks and heads.</param>
    /// <param name="w">Where the loop is printed.</param>
    /// <param name="body">Prints what is done with <c>head</c> and <c>block</c>.</param>
    /// <param name="used">What else the body reads scalars for.</param>
    public static void Print(FlashFunction function, CodeWriter w, Action body, params Expr[] used)
    {
        int heads = function.Phase.Attention.Head.Max;
        FlashAttention.DeclareScalars(function, w, [function.Blocks, .. used]);
        w.Line("// A block with many keys and one with few take as long as any other two.");
        w.Line($"int blocks = {Code(function.Blocks)}, share = blocks * {N(heads)} >= 2 * Grid.DimX ? (blocks + 1) / 2 : blocks;");
        w.Open($"for (int item = Grid.IdxX; item < share * {N(heads)}; item += Grid.DimX)");
        w.Line("int head = item / share, top = blocks - 1 - item % share, low = share < blocks ? item % share : top;");
        w.Open("for (int block = top; block >= low; block -= Math.Max(top - low, 1))");
        body();
        w.Close();
        w.Close();
    }

    /// <summary>Prints which block comes after <c>block</c>, <c>nextBlock</c> of <c>nextHead</c>; behind the last one, some block.</summary>
    public static void PrintNext(FlashFunction function, CodeWriter w)
    {
        w.Line("int nextItem = block > low ? item : item + Grid.DimX, nextBlock = block > low ? low : blocks - 1 - nextItem % share;");
        w.Line($"int nextHead = Math.Min(nextItem / share, {N(function.Phase.Attention.Head.Max - 1)});");
    }
}
