using System;

namespace DeepSeekCompiler.Generators.Loops.Interpretation;

/// <summary>The lanes of a value; of loaded words, the places they came from.</summary>
internal sealed class Value(double[] lanes)
{
    public double[] Lanes { get; } = lanes;

    public Storage? Source { get; init; }

    public Value Map(Func<double, double> f) => new(Array.ConvertAll(Lanes, x => f(x)));

    public static Value Zip(Value a, Value b, Func<double, double, double> f) => Zip(a, b, b, (x, y, _) => f(x, y));

    public static Value Zip(Value a, Value b, Value c, Func<double, double, double, double> f)
    {
        if (a.Lanes.Length != b.Lanes.Length || b.Lanes.Length != c.Lanes.Length) throw new InterpretationException("an operation mixes numbers of lanes");
        var result = new double[a.Lanes.Length];
        for (int i = 0; i < result.Length; i++) result[i] = f(a.Lanes[i], b.Lanes[i], c.Lanes[i]);
        return new Value(result);
    }
}
