using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints what the queries of prefill attention have so far, maxima, totals and sums of values, and how they become answers.</summary>
internal sealed class FlashAnswers(FlashFunction function, CodeWriter w)
{
    private readonly FlashTile _tile = function.Phase.Tile;

    public void PrintState()
    {
        w.Line();
        w.Line(_tile.Warpgroups ? "Sums64 mix = default;" : $"Sums4 {string.Join(", ", Tiles.Select(j => FlashNames.Mix(_tile, j) + " = default"))};");
        w.Line($"float most = {Float(Limits.Lowest)}, mostBelow = {Float(Limits.Lowest)}, total = 0, totalBelow = 0;");
        w.Line($"int place = {At(function.Answer.Index, "Math.Min(query, tokens - 1)")} + column, placeBelow = {At(function.Answer.Index, "Math.Min(below, tokens - 1)")} + column;");
        w.Line($"var answers = given.{function.Answer.Buffer.Name};");
        if (!function.Resumes) return;
        w.Line($"int own = {At(function.Maximum.Index, "Math.Min(query, tokens - 1)")}, ownBelow = {At(function.Maximum.Index, "Math.Min(below, tokens - 1)")};");
        w.Open($"if ({Segment} > 0)");
        w.Line("// What the segments before have left; one of the four lanes goes on with the total.");
        w.Line($"most = given.{function.Maximum.Buffer.Name}[own];");
        w.Line($"mostBelow = given.{function.Maximum.Buffer.Name}[ownBelow];");
        w.Line($"total = (lane & 3) == 0 ? given.{function.Total.Buffer.Name}[own] : 0;");
        w.Line($"totalBelow = (lane & 3) == 0 ? given.{function.Total.Buffer.Name}[ownBelow] : 0;");
        foreach (int j in Tiles) w.Line($"{FlashNames.Mix(_tile, j)} = Fragment.Sums(answers[place{Plus(8 * j)}], answers[place + {N(8 * j + 1)}], answers[placeBelow{Plus(8 * j)}], answers[placeBelow + {N(8 * j + 1)}]);");
        w.Close();
    }

    private string Segment => function.Phase.Attention.Kernel.Repeat!.Value.Counter.Name;

    private IEnumerable<int> Tiles => Enumerable.Range(0, _tile.ValuePieces);

    private static string At(Expr index, string query) => Code(Affine.Simplify(MatrixText.Rename(index, FlashFunction.Query, query)));

    /// <summary>Sums of values before a step, by what the step's maxima leave of their weights.</summary>
    public void PrintFade()
    {
        foreach (int j in Tiles) w.Line($"{FlashNames.Mix(_tile, j)} = Fragment.Fade({FlashNames.Mix(_tile, j)}, fade, fadeBelow);");
    }

    public void PrintAnswers()
    {
        foreach (int mask in new[] { 1, 2 })
        {
            w.Line($"total += MatrixCore.Exchange(total, {N(mask)});");
            w.Line($"totalBelow += MatrixCore.Exchange(totalBelow, {N(mask)});");
        }

        if (function.Resumes)
        {
            w.Line("// Before the last segment that they see, queries leave sums as they are.");
            w.Line("bool last = pagesLeft == pageCount;");
        }

        w.Line($"float factor = {(function.Resumes ? "last ? 1 / total : 1" : "1 / total")}, factorBelow = {(function.Resumes ? "last ? 1 / totalBelow : 1" : "1 / totalBelow")};");
        foreach (var (query, below, left, right) in new[] { ("query", "", "X", "Y"), ("below", "Below", "Z", "W") })
        {
            w.Open($"if ({query} < tokens)");
            foreach (int j in Tiles)
            {
                w.Line($"answers[place{below}{Plus(8 * j)}] = {FlashNames.Mix(_tile, j)}.{left} * factor{below};");
                w.Line($"answers[place{below} + {N(8 * j + 1)}] = {FlashNames.Mix(_tile, j)}.{right} * factor{below};");
            }

            if (function.Resumes)
            {
                w.Open("if (!last && (lane & 3) == 0)");
                w.Line($"given.{function.Maximum.Buffer.Name}[own{below}] = most{below};");
                w.Line($"given.{function.Total.Buffer.Name}[own{below}] = total{below};");
                w.Close();
            }

            w.Close();
        }
    }
}
