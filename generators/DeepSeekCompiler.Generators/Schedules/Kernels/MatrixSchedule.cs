using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Schedules.Kernels.Training;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Schedules.Rows;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>How projections run: streaming for a few tokens; panels, packed tiles or matrix instructions for many.</summary>
internal static class MatrixSchedule
{
    public static KernelSchedule Of(MatrixAlgorithm algorithm, Machine target) =>
        algorithm.Form switch
        {
            MatrixForm.Streaming or MatrixForm.DeviceStreaming => Streaming(algorithm, target),
            MatrixForm.Panel or MatrixForm.PanelAcross => Panels(algorithm, target),
            MatrixForm.Packed or MatrixForm.PackedFixed => Packed(algorithm, target),
            _ => OnMatrixUnit(algorithm, target),
        };

    private static KernelSchedule OnMatrixUnit(MatrixAlgorithm m, Machine target)
    {
        var phases = new List<Phase>();
        RowSchedule.OwnPhase(m.Rows, target, phases);
        phases.Add(Tensorize.Products(m.Products, m.Form, target));
        AddAfter(m, target, phases);
        return new(Tensorize.Name(m.Form), phases);
    }

    private static KernelSchedule Packed(MatrixAlgorithm m, Machine target)
    {
        var phases = new List<Phase>();
        OperandSchedule.AddPhase(m.Operands, target, phases);
        RowSchedule.OwnPhase(m.Rows, target, phases);
        phases.Add(PackedSchedule.Products(m.Products, target));
        AddAfter(m, target, phases);
        return new(PackedSchedule.Name(m.Form), phases) { Layouts = PackedSchedule.Layouts(m.Products[0], target) };
    }

    private static KernelSchedule Streaming(MatrixAlgorithm m, Machine target)
    {
        var format = m.Products[0].Weight.Format;
        int narrow = target.Narrow(format), rows = Tiles.TileRows(target, m.Rows.Column.Max);
        var splits = new List<Split> { Split.Lanes(m.Rows.Column, target.Lanes, narrow, Tiles.Unroll(target, format, rows)) };
        var phases = new List<Phase>();
        var prologue = RowSchedule.InFront(m.Rows, target, narrow, splits, phases);
        var branches = new List<IReadOnlyList<StageSchedule>>();
        foreach (var neighbours in Neighbours(m.Products, target)) branches.Add(StreamingSchedule.Items(neighbours, target, splits));
        phases.Add(new("Products", splits, prologue, branches));
        AddAfter(m, target, phases);
        return new(StreamingSchedule.Name(rows, m.Products.Any(product => Tiles.StreamsTokensAlone(target, product))), phases);
    }

    /// <summary>Products whose rows alternate in memory (the plain and the rotated rows of a head) go together, so that a worker reads one stream.
    /// Devices spread rows over many small workers.</summary>
    private static IEnumerable<IReadOnlyList<Product>> Neighbours(IReadOnlyList<Product> products, Machine target)
    {
        for (int i = 0; i < products.Count;)
        {
            var together = new List<Product> { products[i] };
            while (++i < products.Count && !target.SharesRows && products[i].TileAxes.Length > 1 && products[i].TileAxes[0] == together[0].TileAxes[0]) together.Add(products[i]);
            yield return together;
        }
    }

    private static KernelSchedule Panels(MatrixAlgorithm m, Machine target)
    {
        var phases = new List<Phase>();
        RowSchedule.OwnPhase(m.Rows, target, phases);
        var splits = new List<Split> { Split.Lanes(m.Rows.Column, target.Lanes, 1, 1), Split.Tile(m.Products[0].Token, Tiles.Tokens(target)) };
        var branches = new List<IReadOnlyList<StageSchedule>>();
        foreach (var first in m.Products) branches.Add(PanelSchedule.Items(first, target, splits));
        phases.Add(new("Products", splits, [], branches));
        AddAfter(m, target, phases);
        return new(PanelSchedule.Name(m.Form, "panels of decoded weight rows", "tokens"), phases);
    }

    private static void AddAfter(MatrixAlgorithm m, Machine target, List<Phase> phases)
    {
        if (m.After.Count == 0) return;
        if (RowTile.Of(m.Rows.Token, m.After, target) is { } tile)
        {
            phases.Add(tile.Phase("After", m.After));
            return;
        }

        var splits = new List<Split>();
        var stages = new List<StageSchedule>();
        foreach (var stage in m.After) stages.Add(PointSchedule.Of(stage, m.Rows.Token, target, splits, stages.Count > 0));
        phases.Add(new("After", splits, [], [stages]));
    }
}
