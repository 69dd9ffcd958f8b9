using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints a product with few tokens. Sixteen weight rows are the rows of a matrix instruction, eight tokens its columns; the warps of a group share
/// the reduced columns, every byte of a weight goes from memory to registers once, and the warps' sums meet in shared memory.</summary>
/// <remarks>A thread's 16 bytes of a row hold neighbouring columns, where the instruction wants columns two (or four) apart: the order within a block is free
/// as long as both operands agree on it. Rows g and g + 8 of the instruction are the neighbouring points 2g and 2g + 1, so that a pair is one thread's.</remarks>
internal sealed class StreamingProduct(MatrixText text)
{
    private readonly CodeWriter _w = text.Writer;

    // 16-byte pieces of a weight row in a block of 128 columns, for one of the four threads that share the row.
    private readonly int _pieces = text.Codes ? 2 : 4;

    public string Method => text.Name + "Rows";

    public void Print()
    {
        var points = text.Points;
        int blocks = (text.Columns + 127) / 128, warps = text.Tile.Warps, steps = (blocks + warps - 1) / warps;
        bool ragged = text.Columns % 128 != 0 || blocks % warps != 0;
        _w.Line();
        _w.Line("/// <summary>16 weight rows from point p0 on, tokens first to first + 7 (of those before end).</summary>");
        _w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        _w.Open($"private static void {Method}(Arguments given, {text.Item}int p0, int first, int end, ArrayView<float> shared)");
        text.Declare(text.Addresses());
        text.DeclarePieces();
        _w.Line("int thread = Group.IdxX, lane = thread & 31, warp = thread >> 5, quad = lane & 3;");
        _w.Line($"int low = Math.Min(p0 + (lane >> 2) * 2, {MatrixText.Number(points.Count - 1)}), high = Math.Min(p0 + (lane >> 2) * 2 + 1, {MatrixText.Number(points.Count - 1)});");
        _w.Line("int token = Math.Min(first + (lane >> 2), end - 1);");
        _w.Line($"int lowAt = {text.WeightAt("low")} + quad, highAt = {text.WeightAt("high")} + quad;");
        _w.Line($"int tokenAt = {text.ActivationAt("token", "p0")} + quad{(text.Codes && !text.ActivationCodes ? " * 2" : "")};");
        if (text.ActivationCodes) _w.Line("int left = Math.Min(first + quad * 2, end - 1), right = Math.Min(first + quad * 2 + 1, end - 1);");
        foreach (var product in points.Chain) _w.Line($"Sums4 {Sum(product)} = default;");
        _w.Open($"for (int step = 0; step < {MatrixText.Number(steps)}; step++)");
        _w.Line(warps == 1 ? "int block = step;" : $"int block = step * {MatrixText.Number(warps)} + warp;");
        PrintLoads(ragged);
        foreach (var product in points.Chain) PrintBlock(product, blocks, ragged);
        _w.Close();
        _w.Line();
        PrintJoin();
        _w.Close();
    }

    private static string Sum(Product product) => char.ToLowerInvariant(product.Name[0]) + product.Name.Substring(1) + "Sum";

    private void PrintLoads(bool ragged)
    {
        int each = 4 * _pieces;
        if (ragged) _w.Line("// Columns behind the last one count as zero activations; the weights read in their place do not matter.");
        for (int i = 0; i < _pieces; i++)
        {
            string piece = $"block * {MatrixText.Number(each)}{(i == 0 ? "" : " + " + MatrixText.Number(4 * i))}";
            if (ragged)
            {
                _w.Line($"bool inside{i} = {piece} + quad < {MatrixText.Number(text.WeightPieces)};");
                _w.Line($"int piece{i} = inside{i} ? {piece} : 0;");
                piece = "piece" + i;
            }

            foreach (var product in text.Points.Chain)
                _w.Line($"Words4 {Sum(product)}Low{i} = {text.Weight(product)}Pieces[lowAt + {piece}], {Sum(product)}High{i} = {text.Weight(product)}Pieces[highAt + {piece}];");
            for (int term = 0; term < text.Terms; term++)
            {
                int parts = text.Codes && !text.ActivationCodes ? 2 : 1;
                for (int part = 0; part < parts; part++)
                {
                    string at = parts == 2 ? $"({piece}) * 2" : piece;
                    if (parts == 2 && ragged) at = piece + " * 2";
                    string extra = MatrixText.Number(term * text.ActivationPieces + part);
                    string load = $"activations[tokenAt + {at}{(extra == "0" ? "" : " + " + extra)}]";
                    _w.Line($"Words4 x{term}_{i}_{part} = {(ragged ? $"inside{i} ? {load} : default" : load)};");
                }
            }
        }
    }

    private void PrintBlock(Product product, int blocks, bool ragged)
    {
        string sum = text.Scaled ? Sum(product) + "Block" : Sum(product);
        if (text.Scaled) _w.Line($"Sums4 {sum} = default;");
        for (int i = 0; i < _pieces; i++)
        {
            string low = $"{Sum(product)}Low{i}", high = $"{Sum(product)}High{i}";
            if (text.Fp8)
            {
                _w.Line($"{sum} = MatrixCore.MmaE4M3({sum}, Fragment.A({low}.X, {high}.X, {low}.Y, {high}.Y), Fragment.B(x0_{i}_0.X, x0_{i}_0.Y));");
                _w.Line($"{sum} = MatrixCore.MmaE4M3({sum}, Fragment.A({low}.Z, {high}.Z, {low}.W, {high}.W), Fragment.B(x0_{i}_0.Z, x0_{i}_0.W));");
                continue;
            }

            if (!text.Codes)
            {
                for (int term = 0; term < text.Terms; term++)
                {
                    _w.Line($"{sum} = MatrixCore.MmaBF16({sum}, Fragment.A({low}.X, {high}.X, {low}.Y, {high}.Y), Fragment.B(x{term}_{i}_0.X, x{term}_{i}_0.Y));");
                    _w.Line($"{sum} = MatrixCore.MmaBF16({sum}, Fragment.A({low}.Z, {high}.Z, {low}.W, {high}.W), Fragment.B(x{term}_{i}_0.Z, x{term}_{i}_0.W));");
                }

                continue;
            }

            for (int word = 0; word < 4; word++)
            {
                string name = $"{Sum(product)}A{i}_{word}", c = MatrixText.Words[word];
                _w.Line($"Words4 {name} = Fragment.A(MatrixCore.BF16OfE4M3({low}.{c}), MatrixCore.BF16OfE4M3({high}.{c}));");
                for (int term = 0; term < text.Terms; term++)
                {
                    string x = text.ActivationCodes ? $"MatrixCore.BF16OfE4M3(x0_{i}_0.{c})"
                        : word % 2 == 0 ? $"Fragment.B(x{term}_{i}_{word / 2}.X, x{term}_{i}_{word / 2}.Y)" : $"Fragment.B(x{term}_{i}_{word / 2}.Z, x{term}_{i}_{word / 2}.W)";
                    _w.Line($"{sum} = MatrixCore.MmaBF16({sum}, {name}, {x});");
                }
            }
        }

        if (!text.Scaled) return;
        // Behind the last block there is no scale to read.
        if (ragged && product == text.Points.First) _w.Line($"block = Math.Min(block, {MatrixText.Number(blocks - 1)});");
        string lowScale = text.WeightScale(product, "low"), highScale = text.WeightScale(product, "high");
        _w.Line(text.ActivationCodes
            ? $"{Sum(product)} = Fragment.Promote({Sum(product)}, {sum}, {lowScale}, {highScale}, {text.ActivationScale("left")}, {text.ActivationScale("right")});"
            : $"{Sum(product)} = Fragment.Promote({Sum(product)}, {sum}, {lowScale}, {highScale}, 1, 1);");
    }

    private void PrintJoin()
    {
        var points = text.Points;
        int warps = text.Tile.Warps;
        _w.Line("// Four numbers a thread: points (low, high) by tokens (2 quad, 2 quad + 1).");
        for (int c = 0; c < points.Chain.Count; c++)
        {
            string at = c == 0 ? "" : MatrixText.Number(c * warps * 128) + " + ";
            for (int i = 0; i < 4; i++) _w.Line($"shared[{at}thread * 4{(i == 0 ? "" : " + " + MatrixText.Number(i))}] = {Sum(points.Chain[c])}.{MatrixText.Words[i]};");
        }

        _w.Line("Group.Barrier();");
        int finishing = 64;
        string loop = text.Tile.Threads >= finishing ? "if (thread < 64)" : $"for (int i = thread; i < 64; i += {MatrixText.Number(text.Tile.Threads)})";
        string item = text.Tile.Threads >= finishing ? "thread" : "i";
        _w.Open(loop);
        _w.Line($"int at = ({item} >> 1) * 4 + ({item} & 1), p = p0 + ({item} >> 3) * 2, t = first + ({item} >> 1 & 3) * 2 + ({item} & 1);");
        var names = new List<string>();
        foreach (var product in points.Chain)
        {
            names.Add(Sum(product) + "0");
            names.Add(Sum(product) + "1");
        }

        _w.Line($"float {string.Join(", ", names.Select(n => n + " = 0"))};");
        _w.Open($"for (int other = 0; other < {MatrixText.Number(warps)}; other++)");
        for (int c = 0; c < points.Chain.Count; c++)
        {
            string at = c == 0 ? "" : MatrixText.Number(c * warps * 128) + " + ";
            _w.Line($"{names[2 * c]} += shared[{at}other * 128 + at];");
            _w.Line($"{names[2 * c + 1]} += shared[{at}other * 128 + at + 2];");
        }

        _w.Close();
        _w.Line($"Put{text.Name}Pair(given, {text.ItemArgument}t, p, end, {string.Join(", ", names)});");
        _w.Close();
        _w.Line();
        _w.Line("Group.Barrier();");
    }
}
