using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Spec;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints the join of a context's parts: lanes find the largest maximum and the total, each warp adds up every eighth part, a strip of the answer
/// four numbers a lane, and the warps' sums meet in shared memory.</summary>
internal sealed class JoinedParts(AttentionFunction function, CodeWriter w)
{
    private readonly JoinTile _tile = (JoinTile)function.Work;

    private int Threads => _tile.Threads;

    private int Width => function.Work.Attention.Shape.ValueDim;

    public void Print(string name)
    {
        int heads = function.Work.Attention.Shape.Heads;
        w.Open($"public static void {name}(Arguments given)");
        DeclareScalars(w, function, function.Items);
        w.Line($"var shared = SharedMemory.Allocate<float>({N(4 * Threads)});");
        w.Open($"for (int item = Grid.IdxX; item < {Code(function.Items)}; item += Grid.DimX)");
        string row = _tile.Strips == 1 ? "item" : $"item / {N(_tile.Strips)}", strip = _tile.Strips == 1 ? "0" : $"item % {N(_tile.Strips)} * {N(JoinTile.Strip)}";
        w.Line($"{name}Strip(given, {row} / {N(heads)}, {row} % {N(heads)}, {strip}, shared);");
        w.Close();
        w.Close();
        PrintStrip(name);
    }

    private void PrintStrip(string name)
    {
        var (maximum, _, maximumAt) = function.PartMaximum;
        var (totals, _, totalAt) = function.PartTotal;
        var (sums, _, sumAt) = function.PartSum;
        string parts = Code(function.Parts);
        w.Line();
        w.Line($"/// <summary>{N(JoinTile.Strip)} numbers of a head's answer from first on.</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Open($"private static void {name}Strip(Arguments given, int t, int head, int first, ArrayView<float> shared)");
        DeclareScalars(w, function, [function.Parts, maximumAt, totalAt, sumAt, .. function.Joined.Select(j => j.Index)]);
        w.Line($"var maximum = given.{maximum.Name};");
        w.Line($"var totals = given.{totals.Name};");
        w.Line($"var sums = given.{sums.Name}.Cast<Words4>();");
        w.Line("int thread = Group.IdxX, lane = thread & 31, warp = thread >> 5;");
        w.Line($"float most = {Float(Limits.Lowest)}, total = 0;");
        w.Line($"for (int part = lane; part < {parts}; part += 32) most = Math.Max(most, maximum[{Code(maximumAt)}]);");
        foreach (int mask in new[] { 16, 8, 4, 2, 1 }) w.Line($"most = Math.Max(most, MatrixCore.Exchange(most, {N(mask)}));");
        w.Line($"for (int part = lane; part < {parts}; part += 32) total += DeviceMath.Exp(maximum[{Code(maximumAt)}] - most) * totals[{Code(totalAt)}];");
        foreach (int mask in new[] { 16, 8, 4, 2, 1 }) w.Line($"total += MatrixCore.Exchange(total, {N(mask)});");
        w.Line();
        bool ragged = Width % JoinTile.Strip != 0;
        w.Line($"int piece = {(ragged ? $"Math.Min(first / 4 + lane, {N(Width / 4 - 1)})" : "first / 4 + lane")};");
        w.Line("Sums4 mix = default;");
        w.Open($"for (int part = warp; part < {parts}; part += {N(JoinTile.Warps)})");
        w.Line($"float share = DeviceMath.Exp(maximum[{Code(maximumAt)}] - most);");
        w.Line($"mix = Fragment.Add(mix, share, sums[{Code(Pieces(At(sumAt, Const.Zero), 4))} + piece]);");
        w.Close();
        w.Line();
        for (int i = 0; i < 4; i++) w.Line($"shared[{(i == 0 ? "" : N(i * Threads) + " + ")}thread] = mix.{MatrixText.Words[i]};");
        w.Line("Group.Barrier();");
        w.Line("int column = first + thread;");
        w.Open($"if (thread < {N(JoinTile.Strip)}{(ragged ? $" && column < {N(Width)}" : "")})");
        w.Line("float sum = 0;");
        w.Line($"for (int other = 0; other < {N(JoinTile.Warps)}; other++) sum += shared[(thread & 3) * {N(Threads)} + other * 32 + (thread >> 2)];");
        w.Line($"float answer = sum / total{Factor()};");
        foreach (var (target, _, at) in function.Joined)
        {
            if (target.Format != NumberFormat.BF16)
            {
                w.Line($"given.{target.Name}[{Code(at)}] = answer;");
                continue;
            }

            w.Line($"given.{target.Name}[{Code(at)}] = DeviceMath.ToBF16(answer);");
            w.Line("answer -= DeviceMath.BF16(DeviceMath.ToBF16(answer));");
        }

        w.Close();
        w.Line();
        w.Line("// The next item's sums come to where slower warps still read.");
        w.Line("Group.Barrier();");
        w.Close();
    }

    // Codes that a plain loop multiplies have half of their factor in the answer.
    private string Factor() => function.Work.Attention is { Expand: not null, Weight.StagedFactor: not 1 and var factor } ? " * " + Float(factor) : "";

    private static Expr At(Expr e, Expr column) => e is Var v && v.Name == AttentionFunction.Column.Name ? column : Walk.Rebuild(e, x => At(x, column));
}
