using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints a phase of products for matrix instructions: the ILGPU kernel that hands out work items, and for every product its tile and what becomes
/// of a point's sums.</summary>
internal static class MatrixKernel
{
    public static void Print(TensorFunction function, string name, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        if (function.Tile.Form.IsWarpgroup())
        {
            WarpgroupKernel.Print(function, name, strides, writer);
            return;
        }

        bool streaming = function.Tile.Form.IsStreaming();
        var body = new CodeWriter(writer.Depth);
        int shared = 0;
        var methods = new List<string>();
        foreach (var points in function.Products)
        {
            var text = new MatrixText(points, function.Tile, body);
            if (streaming)
            {
                var product = new StreamingProduct(text);
                product.Print();
                methods.Add(product.Method);
                shared = System.Math.Max(shared, points.Chain.Count * function.Tile.Warps * 128);
            }
            else
            {
                var product = new TileProduct(text);
                product.Print();
                methods.Add(product.Method);
                shared = System.Math.Max(shared, product.Pieces * function.Tile.Stages);
            }

            PrintPut(function, points, text, strides, body);
        }

        writer.Open($"public static void {name}(Arguments given)");
        new MatrixText(function.Products[0], function.Tile, writer).Declare(function.Scalars, [function.Items, .. function.Products.SelectMany(p => new[] { p.Begin, p.End })]);
        writer.Line($"var shared = SharedMemory.Allocate<{(streaming ? "float" : "Words4")}>({MatrixText.Number(shared)});");
        writer.Open($"for (int item = Grid.IdxX; item < {DeviceExpressions.Print(function.Items)}; item += Grid.DimX)");
        Expressions.Expr before = Expressions.Const.Zero;
        for (int i = 0; i < function.Products.Count; i++)
        {
            var points = function.Products[i];
            var end = Expressions.Affine.Simplify(before + points.Items);
            if (function.Products.Count > 1) writer.Open(i == 0 ? $"if (item < {DeviceExpressions.Print(end)})" : i == function.Products.Count - 1 ? "else" : $"else if (item < {DeviceExpressions.Print(end)})");
            PrintItem(points, function, methods[i], DeviceExpressions.Print(Expressions.Affine.Simplify(before)), writer);
            if (function.Products.Count > 1) writer.Close();
            before = end;
        }

        writer.Close();
        writer.Close();
        writer.Raw(body.ToString());
    }

    private static void PrintItem(ProductPoints points, TensorFunction function, string method, string before, CodeWriter writer)
    {
        string local = before == "0" ? "item" : $"(item - {(before.Contains(' ') ? $"({before})" : before)})";
        string tile = points.Tiles == 1 ? "0" : $"{local} % {MatrixText.Number(points.Tiles)} * {MatrixText.Number(points.Rows(function.Tile))}";
        string rest = points.Tiles == 1 ? local : $"{local} / {MatrixText.Number(points.Tiles)}";
        int tokens = function.Tile.Tokens;
        if (points.Choice is not null) writer.Line($"int a = {rest};");
        string begin = DeviceExpressions.Print(points.Begin), end = DeviceExpressions.Print(points.End);
        if (points.Choice is null && !function.Tile.Form.IsStreaming())
        {
            writer.Line($"{method}(given, {tile}, {rest} * {MatrixText.Number(tokens)}, {end}, shared);");
            return;
        }

        writer.Line($"int end = {end};");
        writer.Open($"for (int first = {begin}; first < end; first += {MatrixText.Number(tokens)})");
        writer.Line($"{method}(given, {(points.Choice is null ? "" : "a, ")}{tile}, first, end, shared);");
        writer.Close();
    }

    /// <summary>Two methods: one for the two neighbouring points of a thread, which checks the edges, and one for what becomes of a point.</summary>
    public static void PrintPut(TensorFunction function, ProductPoints points, MatrixText text, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        var sums = points.Sums();
        var names = points.Pairs ? sums.Select(s => s.Name).ToList() : sums.SelectMany(s => new[] { s.Name + "0", s.Name + "1" }).ToList();
        string put = "Put" + text.Name;
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        writer.Open($"private static void {put}Pair(Arguments given, {text.Item}int t, int p, int end, {string.Join(", ", names.Select(n => "float " + n))})");
        writer.Open($"if (t < end && p < {MatrixText.Number(points.Count)})");
        if (points.Pairs) writer.Line($"{put}(given, {text.ItemArgument}t, p, {string.Join(", ", names)});");
        else
        {
            writer.Line($"{put}(given, {text.ItemArgument}t, p, {string.Join(", ", sums.Select(s => s.Name + "0"))});");
            writer.Line($"{(points.Count % 2 == 0 ? "" : $"if (p + 1 < {MatrixText.Number(points.Count)}) ")}{put}(given, {text.ItemArgument}t, p + 1, {string.Join(", ", sums.Select(s => s.Name + "1"))});");
        }

        writer.Close();
        writer.Close();
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        DeviceFunction.PrintPoint(points.Epilogue(function.Scalars), $"private static void {put}(Arguments given, {text.Item}int t, int p, {string.Join(", ", sums.Select(s => "float " + s.Name))})", strides, writer);
    }
}
