using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints how the copy engine brings keys and values to warpgroups, and what it is told of the matrices that they are rows of. Pages follow each other, so
/// that a cache is one matrix too.</summary>
internal sealed class FlashBoxes(FlashFunction function, CodeWriter w)
{
    private readonly FlashTile _tile = function.Phase.Tile;

    /// <summary>The matrices: parts of keys, values.</summary>
    public static IReadOnlyList<TileMap> Maps(FlashFunction function) => [.. Parts(function).Select(part =>
    {
        string rows = Code(Affine.Simplify(part.Rows));
        return new TileMap(part.Map, $"run.TileMap(given.{part.Buffer.Name}, {N(part.Pitch)}, {rows}, {N(part.Pitch)}, {N(function.Phase.Tile.Keys)})");
    })];

    public void PrintCopy()
    {
        var parts = Parts(function);
        w.Line();
        w.Line("/// <summary>Has the keys and values of a block's steps copied to the ring, whose steps are counted from the kernel's first one.</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Open("private static void CopySteps(Arguments given, int head, int firstPage, int steps, int shared, int done)");
        w.Line("// Keys come a step ahead of values.");
        w.Open("for (int step = 0; step <= steps; step++)");
        w.Open("if (step < steps)");
        PrintStep([.. parts.Take(parts.Count - 1)], "done + step", "step", FlashRing.KeyStart(_tile), FlashRing.KeyBytes(_tile), 0);
        w.Close();
        w.Line();
        w.Open("if (step > 0)");
        PrintStep([parts[parts.Count - 1]], "done + step - 1", "(step - 1)", FlashRing.ValueStart(_tile), FlashRing.ValueBytes(_tile), FlashRing.Stages * WarpgroupTiles.BarrierBytes);
        w.Close();
        w.Close();
        w.Close();
    }

    private void PrintStep(IReadOnlyList<Part> parts, string use, string step, int start, int bytes, int barriers)
    {
        w.Line($"int use = {use}, stage = use % {N(FlashRing.Stages)}, box = shared + {N(start)} + stage * {N(bytes)}, full = shared + {N(FlashRing.StageBarriers(_tile) + barriers)} + stage * {N(WarpgroupTiles.BarrierBytes)};");
        w.Line($"TransferBarrier.Wait(full + 8, (use / {N(FlashRing.Stages)} & 1) ^ 1);");
        w.Line($"TransferBarrier.Expect(full, {N(bytes)});");
        int boxes = 0;
        foreach (var part in parts)
        {
            string row = $"{(part.Cached ? $"firstPage * {N(Limits.PageTokens)} + " : "")}{step} * {N(_tile.Keys)}", column = Code(part.Column);
            for (int i = 0; i < part.Numbers / FlashRing.Numbers; i++)
                w.Line($"TileCopy.Load(box{Plus(boxes++ * FlashRing.KeyBox)}, given.{part.Map}, {(column == "0" && i > 0 ? N(i * FlashRing.Numbers) : column + Plus(i * FlashRing.Numbers))}, {row}, full);");
        }
    }

    private static List<Part> Parts(FlashFunction function)
    {
        var parts = new List<Part>();
        foreach (var key in function.Keys) parts.Add(Of(function, parts.Count == 0 ? "keyBoxes" : "restBoxes", key.Buffer, key.Table, key.Index, key.Numbers, function.KeyRows));
        var (buffer, table, index) = function.Value;
        parts.Add(Of(function, "valueBoxes", buffer, table, index, function.Phase.Tile.ValueDim, function.KeyRows));
        return parts;
    }

    // A row is a key; where the head's part of it begins is what is left of an address without page and row.
    private static Part Of(FlashFunction function, string map, Buffer buffer, Expr? table, Expr index, int numbers, Expr rows)
    {
        var address = Affine.Of(index);
        long pitch = address.FactorOf(FlashFunction.Row) ?? throw new LoweringException($"rows of {buffer.Name} are not evenly spaced");
        Expr column = Const.Int(address.Constant);
        foreach (var (term, factor) in address.Terms)
        {
            if (Walk.Uses(term, FlashFunction.Head)) column += term * (int)factor;
        }

        return new(map, buffer, table is not null, Affine.Simplify(column), numbers, (int)pitch, table is null ? rows : function.ContextRows);
    }

    private sealed record Part(string Map, Buffer Buffer, bool Cached, Expr Column, int Numbers, int Pitch, Expr Rows);
}
