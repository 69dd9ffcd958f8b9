using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Schedules.Rows;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>What the threads of a row read from memory: numbers of the row once a thread, and pieces of four neighbours at once, all of them before the first is used.</summary>
internal sealed class RowLoads(RowTile tile, IReadOnlyDictionary<string, long> strides)
{
    private readonly Dictionary<Load, string> _uniform = new();
    private readonly Dictionary<(Load Load, int Columns), string> _pieces = new();
    private readonly List<Buffer> _views = new();

    /// <summary>Finds what an expression reads, and names it.</summary>
    /// <param name="e">Of a stage.</param>
    /// <param name="columns">Columns of the stage; 0 for a stage of the row.</param>
    /// <returns>The expression with the numbers of the row as names.</returns>
    public Expr Collect(Expr e, int columns)
    {
        var rebuilt = Walk.Rebuild(e, child => Collect(child, columns));
        if (rebuilt is not Load load) return rebuilt;
        if (!IsSpread(load))
        {
            if (!_uniform.TryGetValue(load, out string? name)) _uniform[load] = name = Name(load.Source, "At");
            return new Var(name, load.Kind);
        }

        if (Places(load.Source, load.Index, load.Table, columns, Const.Zero) is not null && !_pieces.ContainsKey((load, columns)))
        {
            _pieces[(load, columns)] = Name(load.Source, "");
            View(load.Source, columns);
        }

        return load;
    }

    /// <summary>A store of pieces wants a view of them.</summary>
    public void View(Buffer buffer, int columns)
    {
        if (RowTile.Piece(columns) > 1 && !_views.Contains(buffer)) _views.Add(buffer);
    }

    public void PrintViews(CodeWriter w)
    {
        foreach (var buffer in _views) w.Line($"var {buffer.Name}Pieces = {buffer.Name}.Cast<{Piece(buffer.Format)}>();");
    }

    public void Print(CodeWriter w)
    {
        foreach (var pair in _uniform) w.Line($"{(pair.Key.Kind == ScalarKind.I32 ? "int" : "float")} {pair.Value} = {DeviceExpressions.Print(pair.Key)};");
        foreach (var pair in _pieces)
        {
            var (load, columns) = pair.Key;
            for (int step = 0; step < tile.StepsOf(columns); step++)
            {
                string at = Places(load.Source, load.Index, load.Table, columns, RowText.Place(step))!;
                bool alone = RowTile.Piece(columns) == 1;
                string read = alone ? DeviceExpressions.Print(At(load, RowText.Place(step))) : $"{load.Source.Name}Pieces[{at}]";
                string type = alone ? "float" : Piece(load.Source.Format);
                w.Line($"{type} {pair.Value}{RowText.N(step)} = {(tile.IsRagged(columns, step) ? $"{RowText.Inside(columns, step)} ? {read} : {(alone ? "0f" : "default")}" : read)};");
            }
        }
    }

    /// <summary>Number <paramref name="j"/> of a thread's piece.</summary>
    public Expr Element(Load load, int columns, int step, int j)
    {
        if (!_pieces.TryGetValue((load, columns), out string? name)) return At(load, RowTile.Piece(columns) * RowText.Place(step) + j);
        string piece = name + RowText.N(step);
        if (RowTile.Piece(columns) == 1) return new Var(piece, load.Kind);
        string word = $"{piece}.{"XY"[j / 2]}", half = j % 2 == 0 ? word : word + " >> 16";
        return new Var(load.Source.Format switch
        {
            NumberFormat.BF16 => $"MatrixCore.{(j % 2 == 0 ? "Low" : "High")}BF16({word})",
            NumberFormat.F16 => $"DeviceMath.F16((ushort)({half}))",
            NumberFormat.E4M3 => $"DeviceMath.E4M3((byte)({piece}{(j == 0 ? "" : " >> " + RowText.N(8 * j))}))",
            _ => $"{piece}.{"XYZW"[j]}",
        }, load.Kind);
    }

    /// <summary>Which piece of its buffer a thread's is; null where its numbers are no neighbours, or do not begin where a piece does.</summary>
    public string? Places(Buffer buffer, Expr index, Expr? table, int columns, Expr place)
    {
        int piece = RowTile.Piece(columns);
        var sum = Affine.Of(index);
        var column = RowStage.ColumnOf(columns);
        if (buffer.Format == NumberFormat.I32 || sum.FactorOf(column) != 1 || (table is not null && (Walk.Uses(table, column) || strides[buffer.Name] % piece != 0))) return null;
        Expr at = Const.Zero;
        foreach (var (term, factor) in sum.Terms)
        {
            if (term.Equals(column)) continue;
            if (factor % piece != 0) return null;
            at += term * Const.Int(factor / piece);
        }

        if (sum.Constant % piece != 0) return null;
        string text = DeviceExpressions.Print(Affine.Simplify(at + place + Const.Int(sum.Constant / piece)));
        return table is null ? text : $"{DeviceExpressions.Print(Affine.Simplify(table) is Var or Const ? table : new Var($"({DeviceExpressions.Print(table)})", ScalarKind.I32))} * ({buffer.Name}Stride / {RowText.N(piece)}) + {text}";
    }

    /// <summary>The type of four numbers.</summary>
    public static string Piece(NumberFormat format) => format.Bytes() switch { 4 => "Floats4", 2 => "Words2", _ => "uint" };

    public static Load At(Load load, Expr column) => load with { Index = Affine.Simplify(Replace(load.Index, column)), Table = load.Table is null ? null : Affine.Simplify(Replace(load.Table, column)) };

    /// <summary>An index at a column.</summary>
    public static Expr Replace(Expr e, Expr column) => e is Var { Name: "column" } ? column : Walk.Rebuild(e, child => Replace(child, column));

    private static bool IsSpread(Load load) => Walk.Any(load, e => e is Var { Name: "column" or "block" });

    private string Name(Buffer buffer, string suffix) => buffer.Name + suffix + RowText.N(_uniform.Count(u => u.Key.Source == buffer) + _pieces.Count(p => p.Key.Load.Source == buffer)) + (suffix.Length == 0 ? "_" : "");
}
