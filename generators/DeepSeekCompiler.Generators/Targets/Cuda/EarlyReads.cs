using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints what becomes of a point in two steps, values and stores, where it reads memory: a thread has all its values of a token computed before it stores the
/// first of them. No compiler may move a read in front of a store to what may be the same place, so that else every point would wait for memory anew.</summary>
internal static class EarlyReads
{
    /// <summary>The stores of a point that can be parted from their values; none where nothing is read, or tiles have an edge.</summary>
    public static IReadOnlyList<Store> Of(ProductPoints points, ProductTile tile, LoopFunction epilogue)
    {
        if (points.Count % points.Rows(tile) != 0 || epilogue.Body is not Block block || block.Body.Any(s => s is not Store { Value.Lanes: 1 })) return [];
        var stores = block.Body.Cast<Store>().ToList();
        bool Reads(Store store) => Walk.Any(store.Value, e => e is Load);
        // A place that is read and stored is the point's own.
        bool Apart(Store store) => !Walk.Any(store.Value, e => e is Load load && stores.Exists(s => s.Target == load.Source && (stores.Count > 1 || !s.Index.Equals(load.Index) || !Equals(s.Table, load.Table))));
        return stores.Count == (points.Pairs ? 2 : 1) && stores.Exists(Reads) && stores.TrueForAll(Apart) ? stores : [];
    }

    /// <summary>A method for every value of a point, and one that stores them.</summary>
    public static void Print(LoopFunction epilogue, IReadOnlyList<Store> stores, MatrixText text, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        string put = "Put" + text.Name, sums = string.Join(", ", text.Points.Sums().Select(s => "float " + s.Name));
        LoopFunction Of(Stmt body)
        {
            var buffers = new List<Buffer>();
            BufferUse.Collect(body, buffers);
            var function = epilogue with { Body = body, Buffers = buffers };
            return function with { Scalars = BufferUse.Scalars(function, epilogue.Scalars) };
        }

        for (int i = 0; i < stores.Count; i++)
        {
            writer.Line();
            writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            DeviceFunction.PrintValue(Of(new Let(new Var("value", ScalarKind.F32), stores[i].Value)), $"private static float {put}Value{MatrixText.Number(i)}(Arguments given, {text.Item}int t, int p, {sums})", stores[i].Value, strides, writer);
        }

        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        var values = stores.Select((_, i) => new Var("value" + MatrixText.Number(i), ScalarKind.F32)).ToList();
        DeviceFunction.PrintPoint(
            Of(new Block([.. stores.Select((s, i) => s with { Value = values[i] })])), $"private static void {put}Store(Arguments given, {text.Item}int t, int p, {string.Join(", ", values.Select(v => "float " + v.Name))})", strides, writer);
    }
}
