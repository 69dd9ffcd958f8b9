using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Rows;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using static DeepSeekCompiler.Generators.Targets.Cuda.RowText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints a phase whose groups go through rows: what a thread reads, then stage after stage what it computes of it.</summary>
internal sealed class RowKernel
{
    private readonly RowFunction _function;
    private readonly RowTile _tile;
    private readonly DeviceTarget _target;
    private readonly CodeWriter _w;
    private readonly RowLoads _loads;
    private readonly List<RowStep> _steps = new();

    // The text of what a stage made: of a step and a number of its piece.
    private readonly Dictionary<string, string[,]> _made = new();
    private readonly HashSet<string> _reciprocals = new();

    private RowKernel(RowFunction function, DeviceTarget target, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        (_function, _tile, _target, _w, _loads) = (function, function.Tile, target, writer, new(function.Tile, strides));
        foreach (var step in function.Steps)
        {
            int columns = step.Stage.Columns;
            var place = step.Target is var (buffer, table, index) ? (buffer, table is null ? null : _loads.Collect(table, columns), _loads.Collect(index, columns)) : step.Target;
            if (place is var (stored, page, at) && step.Stage.Kind == RowStageKind.Columns && _loads.Places(stored, at, page, columns, Const.Zero) is not null) _loads.View(stored, columns);
            _steps.Add(step with { Value = _loads.Collect(step.Value, columns), Target = place });
        }
    }

    public static void Print(RowFunction function, DeviceTarget target, string name, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        writer.Open($"public static void {name}(Arguments given)");
        foreach (var buffer in function.Buffers) writer.Line($"var {buffer.Name} = given.{buffer.Name};");
        foreach (var buffer in function.Buffers.Where(b => b.IsTable)) writer.Line($"const long {buffer.Name}Stride = {N(strides[buffer.Name])};");
        foreach (var scalar in function.Scalars) writer.Line($"int {scalar.Name} = given.{scalar.Name};");
        new RowKernel(function, target, strides, writer).Print();
        writer.Close();
    }

    private bool Shares => _tile.Threads > 32 && _steps.Any(s => s.Stage.Kind == RowStageKind.Total);

    private void Print()
    {
        _w.Line("int thread = Group.IdxX;");
        _loads.PrintViews(_w);
        if (Shares) _w.Line($"var exchange = SharedMemory.Allocate<float>({N(_tile.Threads / 32)});");
        int steps = _steps.Max(s => s.Stage.Columns == 0 ? 0 : _tile.StepsOf(s.Stage.Columns));
        if (_tile.Parts == 1) PrintPlaces(steps, "thread");
        _w.Open($"for (int item = Grid.IdxX; item < {DeviceExpressions.Print(_function.Items)}; item += Grid.DimX)");
        _w.Line($"int {RowStage.Item.Name} = item{(_tile.Parts == 1 ? "" : " / " + N(_tile.Parts))};");
        if (_tile.Parts > 1) PrintPlaces(steps, $"item % {N(_tile.Parts)} * {N(_tile.Steps * _tile.Threads)} + thread");
        _loads.Print(_w);
        foreach (var step in _steps) Print(step);
        _w.Close();
    }

    private void PrintPlaces(int steps, string first)
    {
        for (int i = 0; i < steps; i++) _w.Line($"int {Place(i).Name} = {(i == 0 ? first : $"piece0 + {N(i * _tile.Threads)}")};");
    }

    private void Print(RowStep step)
    {
        switch (step.Stage.Kind)
        {
            case RowStageKind.Row:
                _w.Line($"float {step.Stage.Name} = {DeviceExpressions.Print(Names(step.Value, step.Stage, 0, 0))};");
                _made[step.Stage.Name] = new[,] { { step.Stage.Name } };
                if (step.Target is var (buffer, table, index)) _w.Line($"if (thread == 0) {DeviceExpressions.Element(buffer, table, index, 1)} = {Stored(buffer.Format, step.Stage.Name)};");
                break;
            case RowStageKind.Total:
                PrintTotal(step);
                break;
            case RowStageKind.Columns:
                PrintColumns(step);
                break;
            default:
                PrintBlocks(step);
                break;
        }
    }

    private void PrintTotal(RowStep step)
    {
        var stage = step.Stage;
        _w.Line($"float {stage.Name} = 0f;");
        for (int i = 0; i < _tile.StepsOf(stage.Columns); i++)
        {
            bool ragged = _tile.IsRagged(stage.Columns, i);
            if (ragged) _w.Open($"if ({Inside(stage.Columns, i)})");
            for (int j = 0; j < RowTile.Piece(stage.Columns); j++)
            {
                var value = Names(step.Value, stage, i, j);
                var sum = new Var(stage.Name, ScalarKind.F32);
                Expr next = value is Binary { Op: BinaryOp.Mul } b ? new MulAdd(b.Left, b.Right, sum) : sum + value;
                _w.Line($"{stage.Name} = {DeviceExpressions.Print(next)};");
            }

            if (ragged) _w.Close();
        }

        _w.Line($"{stage.Name} = WarpLanes.Sum({stage.Name}{(_tile.Threads > 32 ? ", exchange" : "")});");
        _made[stage.Name] = new[,] { { stage.Name } };
    }

    private void PrintColumns(RowStep step)
    {
        var stage = step.Stage;
        int piece = RowTile.Piece(stage.Columns), steps = _tile.StepsOf(stage.Columns);
        var texts = new string[steps, piece];
        bool kept = _tile.Plan.IsRead(stage), narrow = stage.Target.Tensor.Format != NumberFormat.F32;
        for (int i = 0; i < steps; i++)
        {
            bool ragged = _tile.IsRagged(stage.Columns, i);
            var values = new string[piece];
            for (int j = 0; j < piece; j++) values[j] = Value(step, i, j);
            // What is used again, or stands for what memory holds, gets a name.
            for (int j = 0; j < piece; j++)
            {
                texts[i, j] = values[j];
                if (!kept || narrow || IsName(values[j])) continue;
                texts[i, j] = $"{stage.Name}{N(i)}_{N(j)}";
                _w.Line($"float {texts[i, j]} = {(ragged && ReadsAlone(step) ? $"{Inside(stage.Columns, i)} ? {values[j]} : 0f" : values[j])};");
                values[j] = texts[i, j];
            }

            if (kept && narrow) Round(stage, i, values, texts);
            if (step.Target is null) continue;
            if (ragged) _w.Open($"if ({Inside(stage.Columns, i)})");
            PrintStore(step, i, values, kept && narrow);
            if (ragged) _w.Close();
        }

        _made[stage.Name] = texts;
    }

    // bfloat16 numbers that are read again: as they are stored.
    private void Round(RowStage stage, int i, string[] values, string[,] texts)
    {
        for (int j = 0; j < values.Length; j += 2)
        {
            string pair = $"{stage.Name}{N(i)}_{N(j / 2)}";
            _w.Line($"uint {pair} = MatrixCore.PackBF16({values[j]}, {(j + 1 < values.Length ? values[j + 1] : "0f")});");
            for (int h = 0; h < 2 && j + h < values.Length; h++) texts[i, j + h] = $"MatrixCore.{(h == 0 ? "Low" : "High")}BF16({pair})";
            values[j] = pair;
        }
    }

    private void PrintStore(RowStep step, int i, string[] values, bool packed)
    {
        var (buffer, table, index) = step.Target!.Value;
        var stage = step.Stage;
        int piece = values.Length;
        if (piece > 1 && _loads.Places(buffer, index, table, stage.Columns, Place(i)) is { } at)
        {
            string text = buffer.Format switch
            {
                NumberFormat.BF16 when packed => $"new Words2 {{ X = {values[0]}, Y = {values[2]} }}",
                NumberFormat.BF16 => $"new Words2 {{ X = MatrixCore.PackBF16({values[0]}, {values[1]}), Y = MatrixCore.PackBF16({values[2]}, {values[3]}) }}",
                NumberFormat.E4M3 when _target.Matrix >= MatrixUnit.Fp8 => $"MatrixCore.PackE4M3({string.Join(", ", values)})",
                NumberFormat.E4M3 => string.Join(" | ", values.Select((v, j) => $"(uint)DeviceMath.ToE4M3({v}){(j == 0 ? "" : " << " + N(8 * j))}")),
                _ => $"new Floats4 {{ X = {values[0]}, Y = {values[1]}, Z = {values[2]}, W = {values[3]} }}",
            };
            _w.Line($"{buffer.Name}Pieces[{at}] = {text};");
            return;
        }

        for (int j = 0; j < piece; j++)
        {
            string value = packed ? $"(ushort)({values[j / 2 * 2]}{(j % 2 == 0 ? "" : " >> 16")})" : Stored(buffer.Format, values[j]);
            var column = piece * Place(i) + j;
            string place = DeviceExpressions.Element(buffer, table is null ? null : Affine.Simplify(RowLoads.Replace(table, column)), Affine.Simplify(RowLoads.Replace(index, column)), 1);
            _w.Line($"{place} = {value};");
        }
    }

    private void PrintBlocks(RowStep step)
    {
        var stage = step.Stage;
        int steps = _tile.StepsOf(stage.Columns);
        var texts = new string[steps, 1];
        for (int i = 0; i < steps; i++)
        {
            string name = texts[i, 0] = stage.Name + N(i);
            if (stage.Kind == RowStageKind.Most)
            {
                string most = string.Join(", ", Enumerable.Range(0, 2).Select(h => $"Math.Max(Math.Abs({Value(step, i, 2 * h)}), Math.Abs({Value(step, i, 2 * h + 1)}))"));
                most = $"Math.Max({most})";
                _w.Line($"float {name} = WarpLanes.Most({(_tile.IsRagged(stage.Columns, i) ? $"{Inside(stage.Columns, i)} ? {most} : 0f" : most)});");
            }
            else
            {
                _w.Line($"float {name} = {Value(step, i, 0)};");
            }

            if (step.Target is not var (buffer, table, index)) continue;
            // A block is a warp's thirty-two pieces, and its first thread stores the number.
            string place = DeviceExpressions.Element(buffer, table, Affine.Simplify(InBlock(index, i)), 1);
            _w.Line($"if ({(_tile.IsRagged(stage.Columns, i) ? Inside(stage.Columns, i) + " && " : "")}(thread & 31) == 0) {place} = {Stored(buffer.Format, name)};");
        }

        _made[stage.Name] = texts;
    }

    private static Expr InBlock(Expr e, int step) => e is Var { Name: "block" } ? new Var($"({Place(step).Name} >> 5)", ScalarKind.I32) : Walk.Rebuild(e, child => InBlock(child, step));

    // A quotient whose divisor is that of many numbers is a product with its reciprocal, made once, and a correction.
    private string Value(RowStep step, int i, int j)
    {
        if (step.Value is Binary { Op: BinaryOp.Div, Right: Var divisor, Kind: ScalarKind.F32 } quotient && _tile.Plan.Maker(divisor) is { } maker && step.Stage.Kind == RowStageKind.Columns)
        {
            string by = DeviceExpressions.Print(Names(divisor, step.Stage, i, j)), over = by + "Over";
            if (_reciprocals.Add(over)) _w.Line($"float {over} = DeviceMath.Reciprocal({by});");
            return $"DeviceMath.Quotient({DeviceExpressions.Print(Names(quotient.Left, step.Stage, i, j))}, {by}, {over})";
        }

        return DeviceExpressions.Print(Names(step.Value, step.Stage, i, j));
    }

    private Expr Names(Expr e, RowStage stage, int i, int j) => e switch
    {
        Var v when _made.TryGetValue(v.Name, out var texts) => new Var(texts.GetLength(1) == 1 && texts.GetLength(0) == 1 ? texts[0, 0] : texts[i, texts.GetLength(1) == 1 ? 0 : j], v.Kind),
        Load load when stage.Columns > 0 && Walk.Any(load, x => x is Var { Name: "column" }) => _loads.Element(load, stage.Columns, i, j),
        _ => Walk.Rebuild(e, child => Names(child, stage, i, j)),
    };

    // Columns that are read one by one.
    private bool ReadsAlone(RowStep step) => Walk.Any(step.Value, e => e is Load load && _loads.Places(load.Source, load.Index, load.Table, step.Stage.Columns, Const.Zero) is null);

    private static bool IsName(string text) => text.All(c => char.IsLetterOrDigit(c) || c is '_' or '.');

    private static string Stored(NumberFormat format, string value) => format is NumberFormat.BF16 or NumberFormat.E4M3 ? $"DeviceMath.To{format}({value})" : value;
}
