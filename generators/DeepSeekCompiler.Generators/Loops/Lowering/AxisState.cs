using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>How far an axis is bound: the segment in force and the loop variables of its parts.</summary>
internal sealed class AxisState
{
    public AxisState(Split split, Segment? segment, Expr?[] variables)
    {
        Split = split;
        Segment = segment;
        Variables = variables;
    }

    public Split Split { get; }

    public Segment? Segment { get; }

    public Expr?[] Variables { get; }

    public AxisState In(Segment segment) => new(Split, segment, new Expr?[segment.Parts.Count]);

    public AxisState With(int part, Expr value)
    {
        var variables = (Expr?[])Variables.Clone();
        variables[part] = value;
        return new(Split, Segment, variables);
    }
}
