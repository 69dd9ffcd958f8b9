using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>dE[ids[t]] += dX[t]. Tokens go in order and one worker owns a block of columns, so that equal ids never meet.</summary>
internal static class EmbeddingBackward
{
    public static ColumnSums Define(string name, int vocabulary, int hidden)
    {
        var b = new KernelBuilder(name, "Gradient of the embedding: the row of every token id gets what its token got.");
        var tokens = b.Scalar("tokens");
        var ids = b.Input("ids", NumberFormat.I32, tokens);
        var dx = b.Input("dx", NumberFormat.F32, tokens, hidden);
        var de = b.InOut("de", NumberFormat.F32, vocabulary, hidden);
        var (block, c, d) = ColumnSums.Blocks(hidden);
        var t = new Axis("t", tokens);
        var add = b.Map("Add", de[ids[t], d], de[ids[t], d] + dx[t, d], block, t, c);
        b.Cost.Work(hidden * Amount.Tokens);
        b.Cost.Move(12L * hidden * Amount.Tokens);
        return new(b.Build(), block, c, t, add);
    }
}
