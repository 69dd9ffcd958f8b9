using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Cache rows of whole numbers, as they are written and as they are read back (see <see cref="CacheTables"/>).</summary>
internal static class FixedCache
{
    /// <summary>Which of a row's scales is the latent's, and which the rope key's.</summary>
    public const int LatentScale = 0, RopeScale = 1;

    /// <summary>Adds the stages that write rows: a scale for each part, largest magnitude / 3584, and the words.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="t">The token.</param>
    /// <param name="at">Page and row.</param>
    /// <param name="numbers">[t, number] latent, then rope key, as float32.</param>
    /// <param name="latent">Numbers of the latent.</param>
    /// <param name="rope">Numbers of the rope key.</param>
    /// <param name="stages">Receives the stages.</param>
    public static void Write(KernelBuilder b, CacheTables cache, Axis t, (Expr Page, Expr Row) at, Tensor numbers, int latent, int rope, List<Stage> stages)
    {
        Part("Latent", 0, latent, LatentScale);
        Part("Rope", latent, rope, RopeScale);

        void Part(string name, int first, int count, int which)
        {
            string word = name.ToLowerInvariant();
            Axis i = new("i", count), w = new(word + "Word", count / 2);
            Tensor largest = b.Temp(word + "Largest", t), scale = b.Temp(word + "Scale", t);
            stages.Add(b.Largest("Largest" + name, largest[t], numbers[t, first + i.Index], [t], i));
            stages.Add(b.Map("Scale" + name, scale[t], FixedPoint.ScaleOf(largest[t]), t));
            stages.Add(b.Map("CacheScale" + name, cache.ScalePages![at.Page, at.Row, which], scale[t], t));
            stages.Add(b.Map("Cache" + name, cache.Pages[at.Page, at.Row, (first / 2) + w.Index],
                new Pair(numbers[t, first + w.Index] / scale[t], numbers[t, first + (count / 2) + w.Index] / scale[t]), t, w));
        }
    }

    /// <summary>Adds the stages that read rows back as float32.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="page">The page.</param>
    /// <param name="row">Makes an axis along its rows, of the name given.</param>
    /// <param name="target">[row, number] latent, then rope key.</param>
    /// <param name="latent">Numbers of the latent.</param>
    /// <param name="axes">Axes around.</param>
    public static IEnumerable<Map> Read(KernelBuilder b, CacheTables cache, Axis page, System.Func<string, Axis> row, Tensor target, int latent, Axis[] axes)
    {
        int rope = target.Dims[1].Size is Const c ? (int)c.Value - latent : 0;
        foreach (var (name, first, count, which) in new[] { ("Latent", 0, latent, LatentScale), ("Rope", latent, rope, RopeScale) })
        {
            foreach (bool high in new[] { false, true })
            {
                string part = (high ? "High" : "Low") + name;
                Axis r = row(char.ToLowerInvariant(part[0]) + part.Substring(1) + "Row"), w = new(char.ToLowerInvariant(part[0]) + part.Substring(1), count / 2);
                yield return b.Map("Copy" + part, target[r, first + (high ? count / 2 : 0) + w.Index],
                    new Cast(new PairNumber(cache.Pages[page, r, (first / 2) + w.Index], high)) * cache.ScalePages![page, r, which], [.. axes, r, w]);
            }
        }
    }
}
