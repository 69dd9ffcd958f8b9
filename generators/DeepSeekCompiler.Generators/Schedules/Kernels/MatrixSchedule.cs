using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Schedules.Kernels.Training;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>How projections run on the host: streaming for a few tokens, panels for many.</summary>
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
        foreach (var neighbours in Neighbours(m.Products, target)) branches.Add(StreamingItems(neighbours, target, splits));
        phases.Add(new("Products", splits, prologue, branches));
        AddAfter(m, target, phases);
        return new(StreamingName(rows, m.Products.Any(product => Tiles.StreamsTokensAlone(target, product))), phases);
    }

    /// <param name="rows">Rows of a tile.</param>
    /// <param name="alone">A single token meets them one after the other.</param>
    public static string StreamingName(int rows, bool alone) => "streaming, "
        + (rows == 1 ? "weight rows one after the other" : alone ? $"weight rows one after the other, {rows} side by side past several tokens" : $"{rows} weight rows side by side")
        + ", every byte of them read once";

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

    /// <summary>A panel of weight rows is a work item, or with neighbours all rows of a head: [panel, token tile, row tile, k step, vectors x rows x tokens].</summary>
    public static List<StageSchedule> StreamingItems(IReadOnlyList<Product> neighbours, Machine target, List<Split> splits)
    {
        var stages = new List<StageSchedule>();
        foreach (var first in neighbours) AddItems(first, neighbours.Count > 1, target, splits, stages);
        return stages;
    }

    private static void AddItems(Product first, bool together, Machine target, List<Split> splits, List<StageSchedule> stages)
    {
        splits.AddUnknown(Split.Halving(first.Token, Tiles.StreamingTokens(target)));
        int tile = RowTile(first, target), pairs = Neighbours(first);
        var n = first.TileAxes[first.TileAxes.Length - 1];
        splits.AddUnknown(Split.Panel(n, Tiles.StreamingPanel(target, first.Weight, tile * pairs) / pairs, tile));
        if (!Tiles.StreamsTokensAlone(target, first))
        {
            AddItems(first, together, null, tile, target, stages);
            return;
        }

        AddItems(first, together, false, tile, target, stages);
        AddItems(first, together, true, 1, target, stages);
    }

    /// <param name="first">The product, with its partners.</param>
    /// <param name="together">Its items have other products' rows too.</param>
    /// <param name="single">Tokens one by one, or in tiles, or both.</param>
    /// <param name="tile">Rows (or pairs) that go side by side.</param>
    /// <param name="target">Tiles.</param>
    /// <param name="stages">Receives the stages.</param>
    private static void AddItems(Product first, bool together, bool? single, int tile, Machine target, List<StageSchedule> stages)
    {
        int pairs = Neighbours(first), unroll = Tiles.Unroll(target, first.Weight.Format, Tiles.TileRows(target, first.Column.Max));
        var n = first.TileAxes[first.TileAxes.Length - 1];
        bool ownSums = tile == 1 || Tiles.StreamsTokensAlone(target, first);
        for (var product = first; product is not null; product = product.Partner)
        {
            var order = new List<LoopSpec>();
            foreach (var axis in product.TileAxes) order.Add(new(axis, 0, together && order.Count > 0 ? LoopKind.Serial : LoopKind.Parallel));
            int items = order.Count;
            order.Add(new(product.Token, 0, LoopKind.Serial) { Single = single });
            order.Add(new(n, 1, LoopKind.Serial));
            if (single == true) order.Add(new(n, 2, LoopKind.Serial));
            int shared = order.Count;
            LoopSpec tokens = new(product.Token, 1, LoopKind.Unroll);
            LoopSpec[] rows = single == true ? [] : [new(n, 2, LoopKind.Unroll)], pair = [.. product.Unrolled.Select(axis => new LoopSpec(axis, 0, LoopKind.Unroll))];
            LoopSpec[] epilogueOrder = [.. order, .. rows, tokens];
            if (tile == 1) order.AddRange(pair);
            order.Add(new(product.Column, 0, LoopKind.Serial));
            int inside = order.Count;
            AddLanes(order, product.Column, target, ownSums, tile == 1 ? [.. rows, tokens] : [.. rows, .. pair, tokens]);
            int fuse = product != first ? shared : stages.Count == 0 ? 0 : single == true ? items : 1;
            stages.Add(Asking(new(product.Dot, order, fuse)
            {
                StoredAt = shared,
                Scope = MemoryScope.Register,
                ScaleAt = product.Dot.Scale is null ? 0 : inside,
            }, inside, target, product.Weight, product.Expert, product.Row, product.Column, tile == 1 ? 1 : tile * pairs, unroll));
            foreach (var map in product.Epilogue) stages.Add(new(map, epilogueOrder, shared));
        }
    }

    // Rows that rotate together count; those of a tile have one scale.
    private static int RowTile(Product first, Machine target)
    {
        int rows = Tiles.TileRows(target, first.Column.Max), pairs = Neighbours(first);
        return Math.Max(1, (first.Dot.Scale is null ? rows : WeightRuns.Of(first).OneScale(rows)) / pairs);
    }

    private static int Neighbours(Product product) => product.Unrolled.Aggregate(1, (n, axis) => n * axis.Max);

    /// <summary>A streaming product that asks for the rows some steps ahead.</summary>
    /// <param name="dot">The product.</param>
    /// <param name="depth">Inside of its steps along the columns.</param>
    /// <param name="target">Cache sizes.</param>
    /// <param name="weight">What it reads.</param>
    /// <param name="expert">Of which expert, or null.</param>
    /// <param name="row">The row of a point.</param>
    /// <param name="column">The reduced axis.</param>
    /// <param name="rows">Rows that go side by side.</param>
    /// <param name="unroll">Vectors of a step.</param>
    public static StageSchedule Asking(StageSchedule dot, int depth, Machine target, WeightTensor weight, Expr? expert, Expr row, Axis column, int rows, int unroll)
    {
        int ahead = Tiles.AheadRows(target, weight, rows);
        return ahead == 0 ? dot : AskingFor(dot, depth, weight, expert, row + ahead, column, rows, Trip(target, weight.Format, unroll));
    }

    /// <summary>Columns of a step of a streaming product.</summary>
    public static int Trip(Machine target, NumberFormat format, int unroll) => unroll * target.Lanes * target.Narrow(format);

    /// <summary>A stage that asks, trip by trip, for the lines of other rows than those that follow: rows that go side by side from the first's begin to the last's end, as they lie in memory.
    /// (Asked for side by side as well, they come at 92 % of what the memory gives instead of 97.)</summary>
    public static StageSchedule AskingFor(StageSchedule dot, int depth, WeightTensor weight, Expr? expert, Expr row, Axis column, int rows, int trip)
    {
        int line = Machine.Line / weight.Format.Bytes();
        var lines = new List<Read>();
        for (int at = 0; at + line <= rows * trip; at += line) lines.Add((Read)weight.Code(expert, row, column.Index * rows + at));
        return dot with { Prefetch = lines, PrefetchAt = depth };
    }

    /// <summary>The vector part of a streaming product.</summary>
    /// <param name="order">The loops around it.</param>
    /// <param name="k">The reduced axis.</param>
    /// <param name="target">Vector width.</param>
    /// <param name="ownSums">Every vector of a step has sums of its own; several rows hide the latency of additions without.</param>
    /// <param name="points">Unrolled loops whose points share what is loaded.</param>
    public static void AddLanes(List<LoopSpec> order, Axis k, Machine target, bool ownSums, params LoopSpec[] points)
    {
        order.Add(new(k, 1, target.Lanes == 1 ? LoopKind.Serial : LoopKind.Unroll, ownSums && target.Lanes > 1));
        order.Add(new(k, 2, LoopKind.Unroll));
        order.AddRange(points);
        order.Add(new(k, 3, LoopKind.Vector));
    }

    private static KernelSchedule Panels(MatrixAlgorithm m, Machine target)
    {
        var phases = new List<Phase>();
        RowSchedule.OwnPhase(m.Rows, target, phases);
        var splits = new List<Split> { Split.Lanes(m.Rows.Column, target.Lanes, 1, 1), Split.Tile(m.Products[0].Token, Tiles.Tokens(target)) };
        var branches = new List<IReadOnlyList<StageSchedule>>();
        foreach (var first in m.Products) branches.Add(PanelItems(first, target, splits));
        phases.Add(new("Products", splits, [], branches));
        AddAfter(m, target, phases);
        return new(PanelName(m.Form, "panels of decoded weight rows", "tokens"), phases);
    }

    public static string PanelName(MatrixForm form, string panels, string tokens) => $"{panels}{(form == MatrixForm.PanelAcross ? ", transposed" : "")}, register tiles of rows by {tokens}";

    /// <summary>A panel of weight rows is a work item: decoded once, then [token tile, row tile, k step, tokens x rows x vector].</summary>
    public static List<StageSchedule> PanelItems(Product first, Machine target, List<Split> splits)
    {
        var stages = new List<StageSchedule>();
        for (var product = first; product is not null; product = product.Partner)
        {
            int together = 1;
            foreach (var axis in product.Unrolled) together *= axis.Max;
            var last = product.TileAxes[product.TileAxes.Length - 1];
            bool known = false;
            foreach (var split in splits) known |= split.Axis == last;
            if (!known) splits.Add(Split.Panel(last, Tiles.PanelOf(target) / together, Tiles.RowsOf(target) / together));
            var outer = new List<LoopSpec>();
            foreach (var axis in product.TileAxes) outer.Add(new(axis, 0, LoopKind.Parallel));
            int items = outer.Count;
            if (product.Decode is { } decode) stages.Add(DecodeStage(product, decode, outer, last, product == first ? 0 : items));
            var tile = new List<LoopSpec>(outer) { new(product.Token, 0, LoopKind.Serial), new(last, 1, LoopKind.Serial) };
            int shared = tile.Count;
            var order = new List<LoopSpec>(tile)
            {
                new(product.Column, 0, LoopKind.Serial), new(product.Column, 1, LoopKind.Serial), new(product.Column, 2, LoopKind.Serial),
                new(product.Token, 1, LoopKind.Unroll), new(last, 2, LoopKind.Unroll),
            };
            foreach (var axis in product.Unrolled) order.Add(new(axis, 0, LoopKind.Unroll));
            order.Add(new(product.Column, 3, LoopKind.Vector));
            // Where rows go together, their sums are neighbours and what is made of them is not: behind memory the compiler sees the former.
            bool apart = target.Lanes == 1 && together > 1;
            var point = apart ? LoopKind.Serial : LoopKind.Unroll;
            stages.Add(new(product.Dot, order, stages.Count == 0 ? 0 : items) { StoredAt = items, Scope = apart ? MemoryScope.Scratch : MemoryScope.Register });
            foreach (var map in product.Epilogue)
                stages.Add(new(map, [.. tile, new(product.Token, 1, point), new(last, 2, point)], shared));
        }

        return Tiled(first, stages);
    }

    // With a partner both decodes come first, then both products share the tile; sums live as long as the tile.
    private static List<StageSchedule> Tiled(Product first, List<StageSchedule> stages)
    {
        int items = first.TileAxes.Length, shared = items + 2;
        var decodes = new List<StageSchedule>();
        var rest = new List<StageSchedule>();
        foreach (var stage in stages)
        {
            if (stage.Stage is Map { Name: var name } && name.StartsWith("Decode", StringComparison.Ordinal)) decodes.Add(stage);
            else rest.Add(stage);
        }

        for (int i = 0; i < decodes.Count; i++) decodes[i] = decodes[i] with { Fuse = i == 0 ? 0 : items };
        for (int i = 0; i < rest.Count; i++)
        {
            int fuse = i > 0 ? shared : decodes.Count > 0 ? items : 0;
            rest[i] = rest[i] with { Fuse = fuse, StoredAt = rest[i].Stage is Reduce ? shared : 0 };
        }

        decodes.AddRange(rest);
        return decodes;
    }

    private static StageSchedule DecodeStage(Product product, Map decode, List<LoopSpec> outer, Axis last, int fuse)
    {
        var order = new List<LoopSpec>(outer) { new(last, 1, LoopKind.Serial), new(last, 2, LoopKind.Serial) };
        foreach (var axis in product.Unrolled) order.Add(new(axis, 0, LoopKind.Serial));
        order.Add(new(product.Column, 0, LoopKind.Serial));
        order.Add(new(product.Column, 1, LoopKind.Serial));
        order.Add(new(product.Column, 2, LoopKind.Serial));
        order.Add(new(product.Column, 3, LoopKind.Vector));
        return new(decode, order, fuse) { StoredAt = outer.Count, Remark = $"Panel of {product.Weight.Codes.Name}, decoded to float32." };
    }

    private static void AddAfter(MatrixAlgorithm m, Machine target, List<Phase> phases)
    {
        if (m.After.Count == 0) return;
        if (Schedules.Rows.RowTile.Of(m.Rows.Token, m.After, target) is { } tile)
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
