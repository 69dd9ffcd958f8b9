using System.Globalization;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;

namespace DeepSeekCompiler.Generators.Targets.Ilgpu;

/// <summary>Prints loop-level expressions as what one thread computes: a vector is one number in every thread of the group, a scalar the same
/// number in all of them.</summary>
internal static class DeviceExpressions
{
    public static string Print(Expr e) => Print(e, 0);

    /// <summary>A number of a buffer: at the index, or with several lanes at the thread's own place behind it, unless every thread has an index of its own.</summary>
    public static string Element(Buffer buffer, Expr? table, Expr index, int lanes)
    {
        string at = lanes == 1 || index.Lanes > 1 ? Print(index) : index is Const { Value: 0 } ? "lane" : $"{Print(index, 2)} + lane";
        return table is null ? $"{buffer.Name}[{at}]" : $"{buffer.Name}[{TableOffset(buffer, table)} + {at}]";
    }

    /// <summary>Where an entry of a table starts: the entries follow each other in device memory, as far apart as an entry is long.</summary>
    public static string TableOffset(Buffer buffer, Expr table) => $"{Print(table, 3)} * {buffer.Name}Stride";

    private static string Print(Expr e, int outer)
    {
        switch (e)
        {
            case Const { Type: ScalarKind.I32 } c: return ((long)c.Value).ToString(CultureInfo.InvariantCulture);
            case Const c: return ((float)c.Value).ToString("R", CultureInfo.InvariantCulture) + "f";
            case Var v: return v.Name;
            case Load load: return Load(load);
            case Broadcast b: return Print(b.Operand, outer);
            case Ramp { Start: Const { Value: 0 } }: return "lane";
            case Ramp ramp: return $"({Print(ramp.Start, 2)} + lane)";
            case LaneReduce { InWarp: true } r: return $"WarpLanes.{r.Op}({Print(r.Operand)})";
            case LaneReduce r: return $"GroupLanes.{r.Op}({Print(r.Operand)}, exchange)";
            case MulAdd m: return $"DeviceMath.MulAdd({Print(m.A)}, {Print(m.B)}, {Print(m.C)})";
            case Cast cast: return "(float)" + Print(cast.Operand, 4);
            case Select s: return $"({Print(s.Condition)} ? {Print(s.Then)} : {Print(s.Else)})";
            case Unary { Op: UnaryOp.Neg } u: return "-" + Print(u.Operand, 4);
            case Unary { Op: UnaryOp.Abs } u: return $"Math.Abs({Print(u.Operand)})";
            case Unary u: return $"DeviceMath.{u.Op}({Print(u.Operand)})";
            case Binary { Op: BinaryOp.Min or BinaryOp.Max } b: return $"Math.{b.Op}({Print(b.Left)}, {Print(b.Right)})";
            case Binary b: return Binary(b, outer);
            default: throw new LoweringException($"{e.GetType().Name} cannot be printed for a device");
        }
    }

    private static string Load(Load load)
    {
        if (load.Source.Scope == MemoryScope.Register) return HostExpressions.RegisterName(load.Source, load.Index, load.Width);
        string element = Element(load.Source, load.Table, load.Index, load.Width);
        return load.Source.Format is NumberFormat.BF16 or NumberFormat.F16 or NumberFormat.E4M3 ? $"DeviceMath.{load.Source.Format}({element})" : element;
    }

    private static string Binary(Binary b, int outer)
    {
        var (symbol, precedence) = Operators.Of(b.Op);
        string text = $"{Print(b.Left, precedence)} {symbol} {Print(b.Right, precedence + 1)}";
        return precedence < outer || (outer > 0 && precedence == 0) ? $"({text})" : text;
    }
}
