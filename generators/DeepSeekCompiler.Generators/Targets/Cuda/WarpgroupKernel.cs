using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints a phase of products for warpgroup matrix instructions: a persistent kernel whose first warpgroup has the tiles copied, while the others
/// multiply. Both go through the same work items.</summary>
internal static class WarpgroupKernel
{
    public static void Print(TensorFunction function, string name, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        var tile = function.Tile;
        var body = new CodeWriter(writer.Depth);
        var products = new List<(WarpgroupCopy Copy, WarpgroupProduct Multiply)>();
        foreach (var points in function.Products)
        {
            var text = new MatrixText(points, tile, body);
            var ring = new WarpgroupRing(text);
            var (copy, multiply) = (new WarpgroupCopy(ring), new WarpgroupProduct(ring));
            copy.Print();
            var early = EarlyReads.Of(points, tile, points.Epilogue(function.Scalars));
            multiply.Print(early.Count > 0);
            if (early.Count > 0) EarlyReads.Print(points.Epilogue(function.Scalars), early, text, strides, body);
            else MatrixKernel.PrintPut(function, points, text, strides, body);
            products.Add((copy, multiply));
        }

        writer.Open($"public static void {name}(Arguments given)");
        new MatrixText(function.Products[0], tile, writer).Declare(function.Scalars, [function.Items, .. function.Products.SelectMany(p => new[] { p.Begin, p.End })]);
        writer.Line("int shared = TileCopy.Place(ref SharedMemory.GetDynamic<Words4>()[0]);");
        WarpgroupRing.PrintBarriers(tile, writer);
        writer.Line("int step = 0;");
        writer.Open("if (Group.IdxX < 128)");
        writer.Line("Warpgroup.ReleaseRegisters();");
        writer.Open("if (Group.IdxX == 0)");
        foreach (var map in TileMap.Of(function)) writer.Line($"TileCopy.Acquire(given.{map.Name});");
        PrintItems(function, (i, item) => $"{products[i].Copy.Name}(given, {item}, end, shared, step)", writer);
        writer.Close();
        writer.Close();
        writer.Open("else");
        writer.Line("Warpgroup.ClaimRegisters();");
        PrintItems(function, (i, item) => $"{products[i].Multiply.Name}(given, {item}, end, shared, step)", writer);
        writer.Close();
        writer.Close();
        writer.Raw(body.ToString());
    }

    private static void PrintItems(TensorFunction function, Func<int, string, string> call, CodeWriter writer)
    {
        string? across = Across(function, writer);
        int tiles = 0, last = function.Products.Count - 1;
        // Items in front of a product's tiles, and behind them.
        string Items(Expr items, int tilesBefore) => across is null ? DeviceExpressions.Print(Affine.Simplify(items)) : tilesBefore == 0 ? "0" : $"{across} * {N(tilesBefore)}";
        writer.Open($"for (int item = Grid.IdxX; item < {Items(function.Items, function.Products.Sum(p => p.Tiles))}; item += Grid.DimX)");
        Expr before = Const.Zero;
        for (int i = 0; i <= last; i++)
        {
            var points = function.Products[i];
            string start = Items(before, tiles);
            before = Affine.Simplify(before + points.Items);
            tiles += points.Tiles;
            string end = Items(before, tiles);
            if (last > 0) writer.Open(i == 0 ? $"if (item < {end})" : i == last ? "else" : $"else if (item < {end})");
            string local = start == "0" ? "item" : $"(item - {(start.Contains(' ') ? $"({start})" : start)})";
            int index = i;
            if (points.Choice is null) PrintTile(points, function.Tile, local, across, item => call(index, item), writer);
            else PrintChoice(points, function.Tile, local, item => call(index, item), writer);
            if (last > 0) writer.Close();
        }

        writer.Close();
    }

    // Where a launch chooses how many of a tile's tokens it uses: the name of how many tiles there are along the tokens.
    private static string? Across(TensorFunction function, CodeWriter writer)
    {
        var first = function.Products[0];
        if (function.Tile.LeastTokens == function.Tile.Tokens || function.Products.Any(p => p.Choice is not null)) return null;
        string tokens = DeviceExpressions.Print(Affine.Simplify(first.End - first.Begin));
        writer.Line($"int span = Warpgroup.Keep(TileSpan.Of({tokens}, {N(function.Products.Sum(p => p.Tiles))}, Grid.DimX));");
        writer.Line($"int across = Warpgroup.Keep(({tokens} + span - 1) / span), most = Warpgroup.Keep({N(WarpgroupTiles.BandTokens)} / span);");
        return "across";
    }

    // The tiles of a band of tokens follow each other with the same weights: groups that run at the same time read them once from memory.
    private static void PrintTile(ProductPoints points, ProductTile tile, string local, string? across, Func<string, string> call, CodeWriter writer)
    {
        string span = across is null ? N(tile.Tokens) : "span", most = across is null ? N(tile.Band) : "most";
        string inBand = across is null ? N((long)points.Tiles * tile.Band) : $"({N(points.Tiles)} * most)";
        string tokens = across ?? DeviceExpressions.Print(Affine.Simplify((points.End - points.Begin + (tile.Tokens - 1)) / tile.Tokens));
        writer.Line($"int band = {local} / {inBand} * {most}, inside = {local} % {inBand}, width = Math.Min({most}, {tokens} - band);");
        writer.Line($"int p0 = Warpgroup.Keep(inside / width * {N(points.Rows(tile))}), first = Warpgroup.Keep((band + inside % width) * {span});");
        string end = DeviceExpressions.Print(points.End);
        writer.Line($"int end = {(across is null ? end : $"Warpgroup.Keep(Math.Min({end}, first + span))")};");
        writer.Line($"step = {call("p0, first")};");
    }

    private static void PrintChoice(ProductPoints points, ProductTile tile, string local, Func<string, string> call, CodeWriter writer)
    {
        writer.Line($"int a = Warpgroup.Keep({local} / {N(points.Tiles)}), p0 = Warpgroup.Keep({local} % {N(points.Tiles)} * {N(points.Rows(tile))});");
        writer.Line($"int end = Warpgroup.Keep({DeviceExpressions.Print(points.End)});");
        writer.Line($"for (int first = {DeviceExpressions.Print(points.Begin)}; first < end; first += {N(tile.Tokens)}) step = {call("a, p0, first")};");
    }

    private static string N(long value) => MatrixText.Number(value);
}
