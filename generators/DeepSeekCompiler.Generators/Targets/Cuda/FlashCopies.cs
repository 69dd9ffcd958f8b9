using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints how a step's keys and values come to shared memory.</summary>
internal sealed class FlashCopies(FlashFunction function, CodeWriter w)
{
    private readonly FlashTile _tile = function.Phase.Tile;

    public void Print(IReadOnlyDictionary<string, long> strides)
    {
        var (values, table, index) = function.Value;
        var parts = new List<(Buffer Buffer, Expr? Table, Expr Index, int Pieces, int To, int Stride, string Name)>();
        int to = 0;
        foreach (var key in function.Keys)
        {
            parts.Add((key.Buffer, key.Table, key.Index, key.Numbers / 8, to, _tile.KeyStride, to == 0 ? "key" : "rest"));
            to += key.Numbers / 8;
        }

        parts.Add((values, table, index, _tile.ValuePieces, _tile.ValueStart, _tile.ValueStride, "value"));
        w.Line();
        w.Line($"/// <summary>Has the keys and values of a step copied to a stage; behind the last known key there are zeros.</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Open("private static void CopyStep(Arguments given, int head, int firstPage, int known, int step, ArrayView<Words4> shared, int stage)");
        FlashAttention.DeclareScalars(function, w, [.. parts.SelectMany(p => new[] { p.Index, p.Table ?? Const.Zero })]);
        bool whole = _tile.Keys == Limits.PageTokens;
        w.Line($"int thread = Group.IdxX, page = firstPage + {(whole ? "step" : $"step * {N(_tile.Keys)} / {N(Limits.PageTokens)}")}, left = known - step * {N(_tile.Keys)};");
        foreach (var part in parts)
        {
            var row = FlashFunction.Row;
            Expr at = Affine.Simplify(Pieces(part.Index)), entry = part.Table is null ? Const.Zero : part.Table * (int)(strides[part.Buffer.Name] / 8);
            w.Line($"var {part.Name}Pieces = given.{part.Buffer.Name}.Cast<Words4>();");
            if (_tile.Threads % part.Pieces == 0 && _tile.Keys % (_tile.Threads / part.Pieces) == 0) PrintRows(part.Name, part.Pieces, part.To, part.Stride, at, part.Table, entry);
            else PrintPieces(part.Name, part.Pieces, part.To, part.Stride, at, part.Table, entry);
        }

        w.Close();
    }

    // A thread has a piece of some rows, always as many rows apart.
    private void PrintRows(string name, int pieces, int to, int stride, Expr at, Expr? table, Expr entry)
    {
        int apart = _tile.Threads / pieces;
        string row = $"{name}Row";
        // The assembler does not know that a remainder by a power of two is a mask.
        string piece = (pieces & (pieces - 1)) == 0 ? $"thread & {N(pieces - 1)}" : $"thread % {N(pieces)}";
        w.Line($"int {row} = thread / {N(pieces)}, {name}Piece = {piece}, {name}To = stage + {row} * {N(stride)} + {name}Piece{Plus(to)};");
        w.Line($"long {name}From = {Entry(table, entry)}{Code(Renamed(at, Within(row)))} + {name}Piece;");
        int distance = (int)(Affine.Of(at).FactorOf(FlashFunction.Row) ?? throw new LoweringException($"rows of {name} are not evenly spaced"));
        for (int i = 0; i < _tile.Keys / apart; i++)
            w.Line($"MatrixCore.CopyAsync(ref shared[{name}To{Plus(i * apart * stride)}], ref {name}Pieces[{name}From{Plus(i * apart * distance)}], {row}{Plus(i * apart)} < left ? 16 : 0);");
    }

    // Any number of pieces among the threads.
    private void PrintPieces(string name, int pieces, int to, int stride, Expr at, Expr? table, Expr entry)
    {
        w.Open($"for (int i = thread; i < {N(_tile.Keys * pieces)}; i += {N(_tile.Threads)})");
        w.Line($"int row = i / {N(pieces)}, piece = i % {N(pieces)};");
        w.Line($"MatrixCore.CopyAsync(ref shared[stage + row * {N(stride)} + piece{Plus(to)}], ref {name}Pieces[{Entry(table, entry)}{Code(Renamed(at, Within("row")))} + piece], row < left ? 16 : 0);");
        w.Close();
    }

    // The row of the page where a step begins within one.
    private string Within(string row) => _tile.Keys == Limits.PageTokens ? row : $"({row} + step * {N(_tile.Keys)} % {N(Limits.PageTokens)})";

    private static string Entry(Expr? table, Expr entry) => table is null ? "" : $"(long){Code(entry)} + ";

    private static Expr Renamed(Expr at, string row) => Affine.Simplify(MatrixText.Rename(at, FlashFunction.Row, row));

    // An address in pieces: all that it is made of are multiples of eight.
    private static Expr Pieces(Expr index)
    {
        var affine = Affine.Of(index);
        Expr sum = Eighth(affine.Constant);
        foreach (var (term, factor) in affine.Terms) sum += term * Eighth(factor);
        return sum;
    }

    private static int Eighth(long number) => number % 8 == 0 ? (int)(number / 8) : throw new LoweringException($"{N(number)} numbers are no whole pieces of 16 bytes");
}
