using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Spec;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints how queries are absorbed. A lane has a 16-byte piece of four weight rows that follow each other: neighbouring columns, where the instruction
/// wants numbers that follow each other along what is reduced, so that the halves of four words change places; which columns are an instruction's rows is free.</summary>
/// <remarks>A query is two bfloat16 terms (16 bits of fraction); a scale, which all weight rows of a step have in common, is multiplied into it.</remarks>
internal sealed class AbsorbedQueries(AttentionFunction function, CodeWriter w)
{
    private readonly AbsorbTile _tile = (AbsorbTile)function.Work;

    private bool Codes => _tile.PieceColumns == 16;

    // Instructions of a piece, two columns a lane each.
    private int Sums => _tile.PieceColumns / 2;

    public void Print(string name)
    {
        var (source, _, sourceAt) = function.RopeSource;
        var (target, _, targetAt) = function.RopeTarget;
        int rope = function.Work.Attention.CopyRope!.Axes[2].Max;
        w.Open($"public static void {name}(Arguments given)");
        DeclareScalars(w, function, function.Tokens);
        w.Line("int lane = Group.IdxX & 31;");
        w.Open($"for (int item = Grid.IdxX; item < {Code(function.Items)}; item += Grid.DimX)");
        w.Line("// A warp behind the last strip does that one again.");
        w.Line($"int strip = Math.Min(item * {N(_tile.Threads / 32)} + (Group.IdxX >> 5), {N(_tile.AllStrips - 1)}), head = strip{Over(_tile.Strips)};");
        w.Open($"for (int first = 0; first < {Code(function.Tokens)}; first += {N(AbsorbTile.Tokens)})");
        w.Line($"{name}Strip(given, head, {(_tile.Strips == 1 ? "0" : $"strip % {N(_tile.Strips)}")}, first, lane);");
        w.Close();
        w.Line();
        if (_tile.Strips > 1) w.Line($"if (strip % {N(_tile.Strips)} != 0) continue;");
        w.Line($"for (int i = lane; i < {Code(function.Tokens)} * {N(rope)}; i += 32) Copy(given, head, i / {N(rope)}, i % {N(rope)});");
        w.Close();
        w.Close();
        PrintStrip(name);
        w.Line();
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        string value = $"given.{source.Name}[{Code(sourceAt)}]";
        w.Line($"private static void Copy(Arguments given, int head, int t, int number) => given.{target.Name}[{Code(targetAt)}] = {(target.Format == NumberFormat.BF16 ? $"DeviceMath.ToBF16({value})" : value)};");
    }

    private void PrintStrip(string name)
    {
        var (weight, _, weightAt) = function.AbsorbWeight;
        var (query, _, queryAt) = function.Absorbed;
        w.Line();
        w.Line($"/// <summary>{N(8 * _tile.PieceColumns)} columns of the latent from strip on, {N(AbsorbTile.Tokens)} tokens from first on.</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Open($"private static void {name}Strip(Arguments given, int head, int strip, int first, int lane)");
        DeclareScalars(w, function, function.Tokens, queryAt, function.AbsorbTarget.Index);
        w.Line($"var weights = given.{weight.Name}.Cast<Words4>();");
        w.Line($"var queries = given.{query.Name}.Cast<Words4>();");
        if (function.AbsorbScale is { } blocks)
        {
            var scales = new List<Buffer>();
            BufferUse.Collect(blocks, scales);
            foreach (var buffer in scales) w.Line($"var {buffer.Name} = given.{buffer.Name};");
        }

        w.Line($"int piece = Math.Min(strip * 8 + (lane >> 2), {N(_tile.Pieces - 1)}), quad = lane & 3, t = Math.Min(first + (lane >> 2), {Code(function.Tokens)} - 1);");
        w.Line($"Sums4 {string.Join(", ", Enumerable.Range(0, Sums).Select(j => $"sum{N(j)} = default"))};");
        w.Open($"for (int start = 0; start < {N(_tile.Rows)}; start += {N(_tile.Trip)})");
        bool ragged = _tile.Rows % _tile.Trip != 0;
        if (ragged) w.Line("// Weight rows behind the head's last meet zeros.");
        for (int i = 0; i < _tile.Steps; i++)
        {
            string number = $"start + quad * 4{Plus(AbsorbTile.StepRows * i)}";
            w.Line($"int number{N(i)} = {(ragged ? $"Math.Min({number}, {N(_tile.Rows - 4)})" : number)};");
            string at = Code(Pieces(Substitute(weightAt, AttentionFunction.Column, Const.Zero, i), _tile.PieceColumns));
            for (int row = 0; row < 4; row++) w.Line($"Words4 w{N(i)}_{N(row)} = weights[{at}{Plus(row * _tile.Pieces)} + piece];");
            w.Line($"Words4 x{N(i)} = queries[{Code(Pieces(Replace(queryAt, AttentionFunction.Number, Const.Zero), 4))} + (number{N(i)} >> 2)];");
        }

        for (int i = 0; i < _tile.Steps; i++) PrintStep(i, ragged);
        w.Close();
        w.Line();
        PrintStores();
        w.Close();
    }

    private void PrintStep(int i, bool ragged)
    {
        string step = N(i), scale = "1f";
        w.Line();
        if (function.AbsorbScale is { } factor)
        {
            // The columns of a strip have one scale, as blocks are as wide.
            w.Line($"float scale{step} = {Code(Substitute(factor, AttentionFunction.Column, new Var("strip", ScalarKind.I32) * (8 * _tile.PieceColumns), i))};");
            scale = "scale" + step;
        }

        if (ragged) scale = $"start + quad * 4{Plus(AbsorbTile.StepRows * i)} < {N(_tile.Rows)} ? {scale} : 0f";
        w.Line($"Words4 q{step} = Fragment.Terms(x{step}, {scale});");
        for (int word = 0; word < 4; word++)
        {
            string c = MatrixText.Words[word];
            string[] words = [.. Enumerable.Range(0, 4).Select(row => $"w{step}_{N(row)}.{c}")];
            if (!Codes)
            {
                Multiply(i, word, words);
                continue;
            }

            string[] decoded = [.. Enumerable.Range(0, 4).Select(row => $"c{step}_{N(row)}_{N(word)}")];
            w.Line($"Words2 {string.Join(", ", decoded.Select((d, row) => $"{d} = MatrixCore.BF16OfE4M3({words[row]})"))};");
            Multiply(i, 2 * word, [.. decoded.Select(d => d + ".X")]);
            Multiply(i, 2 * word + 1, [.. decoded.Select(d => d + ".Y")]);
        }
    }

    private void Multiply(int i, int sum, string[] words)
    {
        string rows = string.Join(", ", words), a = $"a{N(i)}_{N(sum)}";
        w.Line($"Words4 {a} = Fragment.A(Fragment.LowHalves({rows}), Fragment.HighHalves({rows}));");
        w.Line($"sum{N(sum)} = MatrixCore.MmaBF16(MatrixCore.MmaBF16(sum{N(sum)}, {a}, Fragment.B(q{N(i)}.X, q{N(i)}.Y)), {a}, Fragment.B(q{N(i)}.Z, q{N(i)}.W));");
    }

    private void PrintStores()
    {
        var (target, _, targetAt) = function.AbsorbTarget;
        bool rounded = target.Format == NumberFormat.BF16;
        w.Line(rounded ? $"var absorbed = given.{target.Name}.Cast<Words4>();" : $"var absorbed = given.{target.Name};");
        if (!rounded) w.Line($"int column = piece * {N(_tile.PieceColumns)};");
        foreach (var (add, even, odd) in new[] { (0, "X", "Z"), (1, "Y", "W") })
        {
            w.Line($"t = first + quad * 2{Plus(add)};");
            w.Open($"if (t < {Code(function.Tokens)})");
            w.Line(rounded ? $"int at = {Code(Pieces(Replace(targetAt, AttentionFunction.Column, Const.Zero), 8))} + piece{(Codes ? " * 2" : "")};" : $"int at = {Code(targetAt)};");
            for (int j = 0; j < Sums; j += rounded ? 4 : 1)
            {
                if (rounded)
                {
                    string words = string.Join(", ", Enumerable.Range(j, 4).Select((sum, k) => $"{MatrixText.Words[k]} = MatrixCore.PackBF16(sum{N(sum)}.{even}, sum{N(sum)}.{odd})"));
                    w.Line($"absorbed[at{Plus(j / 4)}] = new Words4 {{ {words} }};");
                    continue;
                }

                w.Line($"absorbed[at{Plus(2 * j)}] = sum{N(j)}.{even};");
                w.Line($"absorbed[at + {N(2 * j + 1)}] = sum{N(j)}.{odd};");
            }

            w.Close();
        }
    }

    private static Expr Substitute(Expr e, Var column, Expr value, int step) =>
        Affine.Simplify(MatrixText.Rename(Replace(e, column, value), AttentionFunction.Number, "number" + N(step)));

    private static Expr Replace(Expr e, Var variable, Expr value) => e is Var v && v.Name == variable.Name ? value : Walk.Rebuild(e, x => Replace(x, variable, value));
}
