using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules.Rows;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>A phase whose groups go through rows. How columns are dealt to threads is the target's; what is computed and where it belongs is lowered from the stages.</summary>
/// <param name="Tile">How it runs.</param>
/// <param name="Steps">The stages.</param>
internal sealed record RowFunction(string Name, IReadOnlyList<Var> Scalars, IReadOnlyList<Buffer> Buffers, Expr Items, RowTile Tile, IReadOnlyList<RowStep> Steps)
    : LoopFunction(Name, Scalars, Buffers, Items, new Block([]))
{
    public static RowFunction Of(string name, IReadOnlyList<Var> scalars, IReadOnlyDictionary<Tensor, Buffer> arguments, RowTile tile)
    {
        var (expressions, scope) = (new ExpressionLowering(arguments), new Scope());
        var items = Affine.Simplify(expressions.Lower(tile.Plan.Item.Extent * tile.Parts, scope));
        var steps = tile.Plan.Stages.Select(s => new RowStep(s, expressions.Lower(s.Value, scope), arguments.ContainsKey(s.Target.Tensor) ? expressions.Address(s.Target, scope) : null)).ToList();
        // What is read and written, as statements, so that the walks over statements find it.
        var body = new Block([.. steps.Select(s => s.Target is var (buffer, table, index) ? (Stmt)new Store(buffer, index, s.Value, table) : new Let(new Var(s.Stage.Name, ScalarKind.F32), s.Value))]);
        var used = new List<Buffer>();
        BufferUse.Collect(body, used);
        BufferUse.Collect(items, used);
        var function = new RowFunction(name, scalars, used, items, tile, steps) { Body = body };
        return function with { Scalars = BufferUse.Scalars(function, scalars) };
    }
}
