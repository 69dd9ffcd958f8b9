using System.Globalization;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Targets.Host;

/// <summary>Prints loop-level expressions as C#.</summary>
internal static class HostExpressions
{
    public static string Print(Expr e) => Print(e, 0);

    /// <summary>The local that holds one number (or vector) of a register buffer.</summary>
    public static string RegisterName(Buffer buffer, Expr index, int lanes)
    {
        int at = (int)((Const)index).Value;
        if (buffer.Length <= lanes) return buffer.Name;
        string number = (at / lanes).ToString(CultureInfo.InvariantCulture);
        string joint = char.IsDigit(buffer.Name[buffer.Name.Length - 1]) ? "_" : "";
        return at % lanes == 0 ? buffer.Name + joint + number : throw new LoweringException($"{buffer.Name} is read across registers");
    }

    public static string Pointer(Buffer buffer, Expr? table)
    {
        if (table is null) return buffer.Name;
        return $"(({HostTypes.Element(buffer.Format)}*){buffer.Name}[{Print(table)}])";
    }

    // Precedence: 1 comparison, 2 sum, 3 product, 4 unary, 5 primary.
    private static string Print(Expr e, int outer)
    {
        switch (e)
        {
            case Const { Type: ScalarKind.I32 } c: return ((long)c.Value).ToString(CultureInfo.InvariantCulture);
            case Const c: return Float(c.Value);
            case Var v: return v.Name;
            case Load load: return Load(load);
            case LoadWords words: return $"{HostTypes.Vector(words.Width)}.Load((int*)({Address(words.Source, words.Table, words.Index)}))";
            case LoadEvery every: return $"Lanes.Every{every.Step.ToString(CultureInfo.InvariantCulture)}_{HostTypes.Bits(every.Width)}({(every.Kind == ScalarKind.I32 ? "(int*)" : "")}({Address(every.Source, every.Table, every.Index)}), {every.First.ToString(CultureInfo.InvariantCulture)})";
            case Unpack unpack: return Unpacked(unpack);
            case CodePairs pairs: return Pairs(pairs);
            case Broadcast { Operand: Const { Value: 0, Type: ScalarKind.F32 } } b: return $"{HostTypes.Vector(b.Width)}<float>.Zero";
            case Broadcast b: return $"{HostTypes.Vector(b.Width)}.Create({Print(b.Operand)})";
            case Ramp ramp: return Ramp(ramp);
            case LaneSums s: return $"Lanes.Sums({Print(s.A)}, {Print(s.B)}, {Print(s.C)}, {Print(s.D)})";
            case LaneReduce r: return $"Lanes.{r.Op}({Print(r.Operand)})";
            case MulAdd m: return $"{(m.Lanes == 1 ? "float" : HostTypes.Vector(m.Lanes))}.MultiplyAddEstimate({Print(m.A)}, {Print(m.B)}, {Print(m.C)})";
            case Pair { Low: Binary { Op: BinaryOp.Mul } low, High: Binary { Op: BinaryOp.Mul } high } p when p.Lanes > 1 && low.Right.Equals(high.Right):
                return $"Lanes.Pair({Print(low.Left)}, {Print(high.Left)}, {Print(low.Right)})";
            case Pair p: return $"{(p.Lanes == 1 ? "Scalars" : "Lanes")}.Pair({Print(p.Low)}, {Print(p.High)})";
            case PairNumber p: return p.High ? $"({Print(p.Word)} >> 16)" : $"({Print(p.Word)} << 16 >> 16)";
            case PairJoin p: return $"{(p.Lanes == 1 ? "Scalars" : "Lanes")}.{(p.High ? "High" : "Low")}Halves({Print(p.A)}, {Print(p.B)})";
            case PairDot d: return PairDot(d);
            case Cast cast: return cast.Lanes == 1 ? "(float)" + Print(cast.Operand, 4) : $"{HostTypes.Vector(cast.Lanes)}.ConvertToSingle({Print(cast.Operand)})";
            case Select s when s.Lanes == 1: return $"({Print(s.Condition)} ? {Print(s.Then)} : {Print(s.Else)})";
            case Select s: return VectorSelect(s);
            case Unary u: return Unary(u);
            case Binary b: return Binary(b, outer);
            default: throw new LoweringException($"{e.GetType().Name} cannot be printed for the host");
        }
    }

    private static string Float(double value)
    {
        float f = (float)value;
        return f.ToString("R", CultureInfo.InvariantCulture) + "f";
    }

    private static string Load(Load load)
    {
        if (load.Source.Scope == MemoryScope.Register) return RegisterName(load.Source, load.Index, load.Width);
        if (load.Width == 1)
        {
            string element = $"{Pointer(load.Source, load.Table)}[{Print(load.Index)}]";
            return load.Source.Format switch
            {
                NumberFormat.BF16 => $"Scalars.BF16({element})",
                NumberFormat.F16 => $"Scalars.F16({element})",
                NumberFormat.E4M3 => $"Scalars.E4M3({element})",
                _ => element,
            };
        }

        string address = Address(load.Source, load.Table, load.Index);
        return load.Source.Format switch
        {
            NumberFormat.BF16 or NumberFormat.F16 or NumberFormat.E4M3 => $"Lanes.Load{load.Source.Format}_{HostTypes.Bits(load.Width)}({address})",
            _ => $"{HostTypes.Vector(load.Width)}.Load({address})",
        };
    }

    public static string Address(Buffer buffer, Expr? table, Expr index)
    {
        string pointer = Pointer(buffer, table);
        return index is Const { Value: 0 } ? pointer : $"{pointer} + {Print(index, 2)}";
    }

    // Written out where it is a few operations: the just-in-time compiler stops inlining calls in methods with many locals, and a register tile has many.
    private static string Unpacked(Unpack unpack)
    {
        string vector = HostTypes.Vector(unpack.Lanes), words = Print(unpack.Words, 5);
        bool low = unpack.Sub < (unpack.Format == NumberFormat.E4M3 ? 2 : 1);
        if (unpack.Format == NumberFormat.F16) return $"Lanes.F16{(low ? "Low" : "High")}({Print(unpack.Words)})";
        return low ? $"({words} << 16).AsSingle()" : $"({words} & {vector}.Create(Lanes.UpperHalf)).AsSingle()";
    }

    private static string Pairs(CodePairs pairs)
    {
        string vector = HostTypes.Vector(pairs.Lanes), words = Print(pairs.Words, 5) + ".AsInt16()";
        return $"({(pairs.First == 0 ? $"({words} << 8)" : words)} >> 4 & {vector}.Create(Lanes.E4M3Half)).AsInt32()";
    }

    private static string PairDot(PairDot dot)
    {
        string sum = dot.Sum is Const { Value: 0 } or Broadcast { Operand: Const { Value: 0 } } ? "" : ", " + Print(dot.Sum);
        return $"{(dot.Lanes == 1 ? "Scalars" : "Lanes")}.PairDot({Print(dot.A)}, {Print(dot.B)}{sum})";
    }

    private static string Ramp(Ramp ramp)
    {
        string lanes = $"{HostTypes.Vector(ramp.Width)}<int>.Indices";
        return ramp.Start is Const { Value: 0 } ? lanes : $"({lanes} + {HostTypes.Vector(ramp.Width)}.Create({Print(ramp.Start)}))";
    }

    private static string VectorSelect(Select select)
    {
        string vector = HostTypes.Vector(select.Lanes);
        string mask = Print(select.Condition);
        if (select.Condition is Binary { Left.Kind: ScalarKind.I32 }) mask += ".AsSingle()";
        return $"{vector}.ConditionalSelect({mask}, {Print(select.Then)}, {Print(select.Else)})";
    }

    private static string Unary(Unary u) => u.Op switch
    {
        UnaryOp.Neg => "-" + Print(u.Operand, 4),
        UnaryOp.RoundE4M3 or UnaryOp.RoundBF16 => $"{(u.Lanes == 1 ? "Scalars" : "Lanes")}.{u.Op}({Print(u.Operand)})",
        UnaryOp.Exp when u.Lanes > 1 => $"Lanes.Exp({Print(u.Operand)})",
        _ => $"{(u.Lanes == 1 ? "MathF" : HostTypes.Vector(u.Lanes))}.{u.Op}({Print(u.Operand)})",
    };

    private static string Binary(Binary b, int outer)
    {
        string vector = b.Left.Lanes > 1 ? HostTypes.Vector(b.Left.Lanes) : "";
        switch (b.Op)
        {
            case BinaryOp.Largest:
                return $"{(vector.Length > 0 ? "Lanes" : "Scalars")}.Largest({Print(b.Left)}, {Print(b.Right)})";
            case BinaryOp.Min or BinaryOp.Max:
                string name = vector.Length > 0 ? vector : b.Kind == ScalarKind.I32 ? "Math" : "float";
                return $"{name}.{b.Op}{(b.Kind == ScalarKind.F32 ? "Native" : "")}({Print(b.Left)}, {Print(b.Right)})";
            case BinaryOp.Less or BinaryOp.LessEqual or BinaryOp.Equal when vector.Length > 0:
                string compare = b.Op switch { BinaryOp.Less => "LessThan", BinaryOp.LessEqual => "LessThanOrEqual", _ => "Equals" };
                return $"{vector}.{compare}({Print(b.Left)}, {Print(b.Right)})";
        }

        var (symbol, precedence) = Operators.Of(b.Op);
        string text = $"{Print(b.Left, precedence)} {symbol} {Print(b.Right, precedence + 1)}";
        return precedence < outer || (outer > 0 && precedence == 0) ? $"({text})" : text;
    }
}
