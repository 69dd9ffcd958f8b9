using System.Collections.Generic;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Prints the weight manifest and where each block's weights start.</summary>
internal sealed class ManifestWriter(ModelSpec spec, Manifest manifest, CodeWriter w)
{
    public void Print()
    {
        w.Line();
        w.Line("// Places of the weights: of the model, and within a block.");
        int at = PrintConstants(manifest.Model, 0);
        int attention = PrintConstants(manifest.Attention, 0);
        if (KernelSet.HasDense(spec)) PrintConstants(manifest.Dense, attention);
        if (spec.Experts is not null) PrintConstants(manifest.Experts, attention);
        if (spec.NumNextnPredictLayers > 0) PrintConstants(manifest.Mtp, 0);
        PrintBlockStart(at, attention);
        PrintMtpSlot(attention);
        w.Line();
        w.Line("/// <inheritdoc/>");
        w.Line("public override IReadOnlyList<TensorSlot> Manifest { get; } = CreateManifest();");
        w.Line();
        w.Open("private static List<TensorSlot> CreateManifest()");
        w.Line("var slots = new List<TensorSlot>();");
        PrintSlots(manifest.Model, "\"");
        w.Open($"for (int layer = 0; layer < {Text.Of(spec.NumHiddenLayers + spec.NumNextnPredictLayers)}; layer++)");
        PrintSlots(manifest.Attention, "$\"model.layers.{layer}.");
        PrintFeedForward();
        if (spec.NumNextnPredictLayers > 0)
        {
            w.Line($"if (layer < {Text.Of(spec.NumHiddenLayers)}) continue;");
            PrintSlots(manifest.Mtp, "$\"model.layers.{layer}.");
        }

        w.Close();
        w.Line();
        w.Line("return slots;");
        w.Close();
    }

    private void PrintFeedForward()
    {
        if (spec.Experts is not { } e)
        {
            PrintSlots(manifest.Dense, "$\"model.layers.{layer}.");
            return;
        }

        bool dense = KernelSet.HasDense(spec);
        if (dense)
        {
            string frequency = e.MoeLayerFreq == 1 ? "" : $" && layer % {Text.Of(e.MoeLayerFreq)} == 0";
            string tail = spec.NumNextnPredictLayers > 0 && frequency.Length > 0 ? $" || layer >= {Text.Of(spec.NumHiddenLayers)}" : "";
            w.Open($"if ((layer >= {Text.Of(e.FirstKDenseReplace)}{frequency}){tail})");
        }

        PrintSlots(manifest.Experts, "$\"model.layers.{layer}.");
        if (!dense) return;
        w.Close();
        w.Open("else");
        PrintSlots(manifest.Dense, "$\"model.layers.{layer}.");
        w.Close();
    }

    private int PrintConstants(IReadOnlyList<Slot> slots, int at)
    {
        foreach (var slot in slots)
        {
            w.Line($"private const int {slot.Constant} = {Text.Of(at)};");
            at += slot.Count;
        }

        return at;
    }

    private void PrintBlockStart(int model, int attention)
    {
        int dense = attention + Generators.Program.Manifest.Count(manifest.Dense), experts = attention + Generators.Program.Manifest.Count(manifest.Experts);
        w.Line();
        w.Line("/// <summary>Where the weights of a block start.</summary>");
        if (spec.Experts is not { } e)
        {
            w.Line($"private static int Block(int layer) => {Text.Of(model)} + layer * {Text.Of(dense)};");
            return;
        }

        if (!KernelSet.HasDense(spec))
        {
            w.Line($"private static int Block(int layer) => {Text.Of(model)} + layer * {Text.Of(experts)};");
        }
        else if (e.MoeLayerFreq == 1)
        {
            string first = Text.Of(e.FirstKDenseReplace);
            w.Line($"private static int Block(int layer) => {Text.Of(model)} + Math.Min(layer, {first}) * {Text.Of(dense)} + Math.Max(layer - {first}, 0) * {Text.Of(experts)};");
        }
        else
        {
            w.Line($"private static int Block(int layer) => s_blocks[layer];");
            w.Line();
            var starts = new List<string>();
            int at = model;
            for (int layer = 0; layer < spec.NumHiddenLayers + spec.NumNextnPredictLayers; layer++)
            {
                starts.Add(Text.Of(at));
                at += spec.IsExpertLayer(layer) ? experts : dense;
            }

            w.Line($"private static readonly int[] s_blocks = [{string.Join(", ", starts)}];");
        }
    }

    private void PrintMtpSlot(int attention)
    {
        if (spec.NumNextnPredictLayers == 0) return;
        int first = attention + Generators.Program.Manifest.Count(spec.IsExpertLayer(spec.NumHiddenLayers) ? manifest.Experts : manifest.Dense);
        w.Line();
        w.Line("/// <summary>Where a weight of the MTP module is that stands behind its block.</summary>");
        w.Line($"private static int MtpSlot(int slot) => Block(NumHiddenLayers) + {Text.Of(first)} + slot;");
    }

    private void PrintSlots(IReadOnlyList<Slot> slots, string prefix)
    {
        foreach (var slot in slots)
        {
            string format = $"StorageFormat.{slot.Format}, {Text.Of(slot.Rows)}, {Text.Of(slot.Columns)}, {(slot.IsVector ? "true" : "false")}";
            if (slot.Count == 1)
            {
                // The only expert of a model with one.
                w.Line($"slots.Add(new({prefix}{slot.Tensor.Replace("{e}", "0")}\", {format}));");
                continue;
            }

            w.Line($"for (int e = 0; e < {Text.Of(slot.Count)}; e++) slots.Add(new({prefix}{slot.Tensor}\", {format}));");
        }
    }
}
