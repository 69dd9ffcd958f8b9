using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Models;

/// <summary>Tables of the weights that a step reads next behind the attention of a layer, whichever experts it chooses: from the output projection to the projections of the next layer, or
/// to the head. The order of the manifest is that of their use.</summary>
internal sealed unsafe class BehindAttention : IDisposable
{
    private readonly NativeBlock _tables;
    private readonly int _layers;

    public BehindAttention(CompiledModel model)
    {
        _layers = model.CacheLayers;
        _tables = new NativeBlock((long)_layers * CompiledModel.AheadPieces * sizeof(byte*));
        var manifest = model.Manifest;
        int[] outputs = [.. Enumerable.Range(0, manifest.Count).Where(i => manifest[i].Name.EndsWith(".self_attn.o_proj.weight", StringComparison.Ordinal))];
        for (int layer = 0; layer < _layers; layer++)
        {
            int first = layer < outputs.Length ? outputs[layer] : manifest.Count, end = layer + 1 < outputs.Length ? outputs[layer + 1] : manifest.Count;
            Fill(model, Of(layer), layer + 1 < model.Info.NumHiddenLayers ? Weights(manifest, first, end) : Weights(manifest, first, EndOf(manifest, first, end)).Concat(Heads(manifest)));
        }
    }

    public byte** Of(int layer)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)layer, (uint)_layers);
        return (byte**)_tables.Pointer + ((nint)layer * CompiledModel.AheadPieces);
    }

    public void Dispose() => _tables.Dispose();

    private static void Fill(CompiledModel model, byte** table, IEnumerable<int> weights)
    {
        // A layer with few such weights asks for the last of them again and again; one with none, for the table.
        byte* last = (byte*)table;
        int count = 0;
        foreach (int index in weights)
        {
            byte* data = model.WeightAt(index).Data;
            long bytes = model.Manifest[index].Bytes;
            for (long at = 0; at < bytes && count < CompiledModel.AheadPieces; at += CompiledModel.AheadBytes) table[count++] = last = data + at;
        }

        for (; count < CompiledModel.AheadPieces; count++) table[count] = last;
    }

    private static IEnumerable<int> Weights(IReadOnlyList<TensorSlot> manifest, int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            string name = manifest[i].Name;
            if (!manifest[i].IsVector && !name.Contains(".mlp.experts.", StringComparison.Ordinal) && !name.EndsWith(".embed_tokens.weight", StringComparison.Ordinal)) yield return i;
        }
    }

    // Behind the last layer stands an MTP module's, or nothing.
    private static int EndOf(IReadOnlyList<TensorSlot> manifest, int first, int end)
    {
        if (first >= end) return end;
        string block = manifest[first].Name[..(manifest[first].Name.IndexOf(".self_attn.", StringComparison.Ordinal) + 1)];
        int i = first;
        while (i < end && manifest[i].Name.StartsWith(block, StringComparison.Ordinal)) i++;
        return i;
    }

    private static IEnumerable<int> Heads(IReadOnlyList<TensorSlot> manifest) => Enumerable.Range(0, manifest.Count).Where(i => manifest[i].Name == "lm_head.weight");
}
