using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>A map by which the copy engine finds tiles in a matrix in device memory.</summary>
/// <param name="Name">Field of the arguments that points to it.</param>
/// <param name="Call">What makes it at a launch.</param>
internal sealed record TileMap(string Name, string Call)
{
    public static string Activations(MatrixText text, int term) => text.Terms == 1 ? "rowsMap" : "rowsMap" + MatrixText.Number(term);

    /// <summary>Products have maps of their own even where they share a weight: the boxes of their tiles differ.</summary>
    public static string Weight(Product product) => char.ToLowerInvariant(product.Name[0]) + product.Name.Substring(1) + "Map";

    /// <summary>The maps of a kernel: of the activations, a map a term, and of every weight.</summary>
    public static IReadOnlyList<TileMap> Of(TensorFunction function)
    {
        var maps = new List<TileMap>();
        void Add(string name, string view, int columns, string rows, int pitch, int box) =>
            maps.Add(new(name, $"run.TileMap(given.{view}, {MatrixText.Number(columns)}, {rows}, {MatrixText.Number(pitch)}, {MatrixText.Number(box)})"));
        var text = new MatrixText(function.Products[0], function.Tile, new CodeWriter());
        for (int term = 0; term < text.Terms; term++)
        {
            string start = term == 0 ? "" : $".SubView({MatrixText.Number(term * text.Columns)})";
            string rows = DeviceExpressions.Print(Affine.Simplify(text.Points.First.Rows.Rows.Dims[0].Size));
            Add(Activations(text, term), "rows" + start, text.Columns, rows, text.Terms * text.Columns, WarpgroupTiles.Part);
        }

        foreach (var points in function.Products)
        {
            int box = WeightRuns.Of(points.First).Box(points.Rows(function.Tile));
            foreach (var product in points.Chain)
            {
                long rows = 1;
                var dims = product.Weight.Codes.Dims;
                for (int i = 0; i < dims.Count - 1; i++) rows *= (long)((Const)dims[i].Size).Value;
                Add(Weight(product), product.Weight.Codes.Name, text.Columns, MatrixText.Number(rows), text.Columns, box);
            }
        }

        return maps;
    }
}
