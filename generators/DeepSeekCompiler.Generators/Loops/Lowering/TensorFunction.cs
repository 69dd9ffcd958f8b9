using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>A phase of products for matrix instructions. Its inner loops are the target's; what leads to the operands and what becomes of the sums is
/// lowered point by point.</summary>
/// <param name="Tile">How the products run.</param>
/// <param name="Products">The products with what their points need, in the order of their work items.</param>
internal sealed record TensorFunction(string Name, IReadOnlyList<Var> Scalars, IReadOnlyList<Buffer> Buffers, Expr Items, ProductTile Tile, IReadOnlyList<ProductPoints> Products)
    : LoopFunction(Name, Scalars, Buffers, Items, new Block([]))
{
    public static TensorFunction Of(string name, IReadOnlyList<Var> scalars, IReadOnlyDictionary<Tensor, Buffer> arguments, ProductTile tile)
    {
        var products = new List<ProductPoints>();
        Expr items = Const.Zero;
        foreach (var first in tile.Products)
        {
            var points = new ProductPoints(first, tile, arguments);
            products.Add(points);
            items += points.Items;
        }

        return new(name, scalars, [.. arguments.Values], Affine.Simplify(items), tile, products);
    }
}
