using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Whether a stage reads and writes neighbours along an axis.</summary>
internal static class Contiguous
{
    public static bool Along(Stage stage, Axis axis)
    {
        if (stage is Map map) return Last(map.Target, axis) && Reads(map.Value, axis);
        return stage is Reduce reduce && Reads(reduce.Value, axis);
    }

    private static bool Reads(Expr e, Axis axis)
    {
        if (e is Read read) return Last(read, axis);
        foreach (var child in Walk.Children(e))
        {
            if (!Reads(child, axis)) return false;
        }

        return true;
    }

    // Neighbours, or the same number in every lane.
    private static bool Last(Read read, Axis axis)
    {
        for (int i = 0; i < read.Index.Length; i++)
        {
            bool last = i == read.Index.Length - 1;
            if (!Mentions(read.Index[i], axis)) continue;
            if (!last || !IsPlain(read.Index[i], axis)) return false;
        }

        return true;
    }

    private static bool IsPlain(Expr index, Axis axis) => index is AxisIndex || (index is Binary { Op: BinaryOp.Add } b
        && ((IsPlain(b.Left, axis) && !Mentions(b.Right, axis)) || (IsPlain(b.Right, axis) && !Mentions(b.Left, axis))));

    private static bool Mentions(Expr e, Axis axis)
    {
        if (e is AxisIndex a) return a.Axis == axis;
        if (e is Read read)
        {
            foreach (var index in read.Index)
            {
                if (Mentions(index, axis)) return true;
            }

            return false;
        }

        foreach (var child in Walk.Children(e))
        {
            if (Mentions(child, axis)) return true;
        }

        return false;
    }
}
