using System;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints what a warp does with a step's tiles: it loads fragments from shared memory and multiplies them.</summary>
internal sealed class TileFragments(MatrixText text, TilePlaces places)
{
    private readonly CodeWriter _w = text.Writer;

    public void PrintAddresses()
    {
        _w.Line();
        _w.Line("// Where this lane reads its rows of the fragments, piece 0; other pieces differ in the bits that the swizzle turns.");
        for (int i = 0; i < places.TokenTiles; i++)
        {
            // A float16-sized operand beside codes is read in the codes' order: two words of a row at once, rows g and g + 8.
            string row = text.Codes && !text.ActivationCodes ? $"warpTokens + {N(16 * i)} + (lane >> 2)" : $"warpTokens + {N(16 * i)} + (lane & 15)";
            _w.Line($"int a{i} = {row}, a{i}Turn = {places.ActivationSwizzle($"a{i}")};");
        }

        for (int c = 0; c < text.Points.Chain.Count; c++)
        {
            for (int j = 0; j < places.PointTiles; j += 2)
            {
                // The last pair may lack its second half; it is read again.
                string row = j + 1 < places.PointTiles ? "(lane & 7) + (lane >> 4 << 3)" : "(lane & 7)";
                _w.Line($"int b{c}_{j} = {N(c * places.Rows)} + warpPoints + {N(8 * j)} + {row}, b{c}_{j}Turn = {places.WeightSwizzle($"b{c}_{j}")};");
            }
        }
    }

    public void PrintMultiplications()
    {
        int halves = text.Tile.Columns / 16;
        if (text.Codes)
        {
            PrintWeightCodes();
            if (text.ActivationCodes) PrintCodes();
            else
            {
                _w.Line("var words = shared.Cast<Words2>();");
                for (int k = 0; k < halves; k++)
                {
                    for (int term = 0; term < text.Terms; term++)
                    {
                        for (int i = 0; i < places.TokenTiles; i++) PrintActivationWords(i, k, term);
                        Multiply(i => $"x{i}_{k}_{term}", (c, j) => $"w{c}_{j}_{k}");
                    }
                }
            }

            return;
        }

        for (int k = 0; k < halves; k++)
        {
            for (int c = 0; c < text.Points.Chain.Count; c++)
            {
                for (int j = 0; j < places.PointTiles; j += 2)
                    _w.Line($"Words4 w{c}_{j}_{k} = MatrixCore.LoadMatrix(ref shared[read + {N(places.WeightStart)} + b{c}_{j} * {N(places.WeightPieces)} + ({N(2 * k)} + (lane >> 3 & 1) ^ b{c}_{j}Turn)]);");
            }

            for (int term = 0; term < text.Terms; term++)
            {
                for (int i = 0; i < places.TokenTiles; i++)
                    _w.Line($"Words4 x{i}_{k}_{term} = MatrixCore.LoadMatrix(ref shared[read + {N((long)term * places.TermPieces)} + a{i} * {N(places.ActivationPieces)} + ({N(2 * k)} + (lane >> 4) ^ a{i}Turn)]);");
                Multiply(i => $"x{i}_{k}_{term}", (c, j) => j % 2 == 0 ? $"Fragment.B(w{c}_{j}_{k}.X, w{c}_{j}_{k}.Y)" : $"Fragment.B(w{c}_{j - 1}_{k}.Z, w{c}_{j - 1}_{k}.W)");
            }
        }
    }

    // Sixteen codes a piece: one read brings the pieces 0 and 1 of two groups of eight rows.
    private void PrintWeightCodes()
    {
        for (int c = 0; c < text.Points.Chain.Count; c++)
        {
            for (int j = 0; j < places.PointTiles; j += 2)
            {
                _w.Line($"Words4 codes{c}_{j} = MatrixCore.LoadMatrix(ref shared[read + {N(places.WeightStart)} + b{c}_{j} * {N(places.WeightPieces)} + ((lane >> 3 & 1) ^ b{c}_{j}Turn)]);");
                if (text.Fp8) continue;
                _w.Line($"Words2 w{c}_{j}_0 = MatrixCore.BF16OfE4M3(codes{c}_{j}.X), w{c}_{j}_1 = MatrixCore.BF16OfE4M3(codes{c}_{j}.Y);");
                if (j + 1 < places.PointTiles) _w.Line($"Words2 w{c}_{j + 1}_0 = MatrixCore.BF16OfE4M3(codes{c}_{j}.Z), w{c}_{j + 1}_1 = MatrixCore.BF16OfE4M3(codes{c}_{j}.W);");
            }
        }
    }

    private void PrintCodes()
    {
        for (int i = 0; i < places.TokenTiles; i++)
            _w.Line($"Words4 x{i} = MatrixCore.LoadMatrix(ref shared[read + a{i} * {N(places.ActivationPieces)} + ((lane >> 4) ^ a{i}Turn)]);");
        if (text.Fp8)
        {
            Multiply(i => $"x{i}", (c, j) => j % 2 == 0 ? $"Fragment.B(codes{c}_{j}.X, codes{c}_{j}.Y)" : $"Fragment.B(codes{c}_{j - 1}.Z, codes{c}_{j - 1}.W)");
            return;
        }

        for (int k = 0; k < 2; k++)
        {
            string low = k == 0 ? "X" : "Z", high = k == 0 ? "Y" : "W";
            for (int i = 0; i < places.TokenTiles; i++) _w.Line($"Words4 x{i}_{k} = Fragment.A(MatrixCore.BF16OfE4M3(x{i}.{low}), MatrixCore.BF16OfE4M3(x{i}.{high}));");
            Multiply(i => $"x{i}_{k}", (c, j) => $"w{c}_{j}_{k}");
        }
    }

    private void PrintActivationWords(int i, int k, int term)
    {
        string name = $"x{i}_{k}_{term}", start = N((long)term * places.TermPieces);
        string At(string row) => $"(read + {start} + {row} * {N(places.ActivationPieces)} + ({N(2 * k)} + (lane >> 1 & 1) ^ a{i}Turn)) * 2 + (lane & 1)";
        _w.Line($"Words4 {name} = Fragment.A(words[{At($"a{i}")}], words[{At($"(a{i} + 8)")}]);");
    }

    private void Multiply(Func<int, string> x, Func<int, int, string> w)
    {
        string suffix = text.Scaled ? "Block" : "";
        for (int c = 0; c < text.Points.Chain.Count; c++)
        {
            for (int i = 0; i < places.TokenTiles; i++)
            {
                for (int j = 0; j < places.PointTiles; j++)
                {
                    string sum = TileProduct.Sum(text.Points.Chain[c], i, j, suffix);
                    _w.Line($"{sum} = MatrixCore.{(text.Fp8 ? "MmaE4M3" : "MmaBF16")}({sum}, {x(i)}, {w(c, j)});");
                }
            }
        }
    }

    private static string N(long value) => MatrixText.Number(value);
}
