using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>Which tensors a stage touches.</summary>
internal static class TensorUse
{
    public static HashSet<Tensor> Of(Stage stage)
    {
        var found = new HashSet<Tensor>();
        Collect(stage.Target, found);
        if (stage is Map map) Collect(map.Value, found);
        if (stage is Reduce reduce)
        {
            Collect(reduce.Value, found);
            if (reduce.Scale is { } scale) Collect(scale, found);
            if (reduce.Init is { } init) Collect(init, found);
        }

        return found;
    }

    private static void Collect(Expr e, HashSet<Tensor> found)
    {
        if (e is Read read)
        {
            found.Add(read.Tensor);
            foreach (var index in read.Index) Collect(index, found);
            return;
        }

        foreach (var child in Walk.Children(e)) Collect(child, found);
    }
}
