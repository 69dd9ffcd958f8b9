using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints a product with many tokens: tiles of activations and weights come to shared memory by asynchronous copies, some steps ahead of the matrix
/// instructions that work on them; a warp holds a part of the tile's sums in registers.</summary>
/// <remarks>Shared memory holds 16-byte pieces. A row's pieces change places by a few bits of the row's number (a swizzle), so that the eight rows that are
/// read together lie in different banks.</remarks>
internal sealed class TileProduct
{
    private readonly MatrixText _text;
    private readonly CodeWriter _w;
    private readonly int _activationPieces;
    private readonly int _weightPieces;
    private readonly int _rows;
    private readonly int _tokenTiles;
    private readonly int _pointTiles;

    public TileProduct(MatrixText text)
    {
        _text = text;
        _w = text.Writer;
        var tile = text.Tile;
        _activationPieces = tile.Columns * (text.ActivationCodes ? 1 : 2) / 16;
        _weightPieces = tile.Columns * (text.Codes ? 1 : 2) / 16;
        _rows = text.Points.Rows(tile);
        _tokenTiles = tile.WarpTokens / 16;
        int warpRows = tile.Rows / (tile.Warps / (tile.Tokens / tile.WarpTokens));
        _pointTiles = warpRows / text.Points.Chain.Count / 8;
    }

    public string Method => _text.Name + "Tile";

    /// <summary>16-byte pieces of one step's tiles.</summary>
    public int Pieces => _text.Terms * _text.Tile.Tokens * _activationPieces + _text.Tile.Rows * _weightPieces;

    private int WeightStart => _text.Terms * _text.Tile.Tokens * _activationPieces;

    public void Print()
    {
        var tile = _text.Tile;
        int steps = (_text.Columns + tile.Columns - 1) / tile.Columns;
        _w.Line();
        _w.Line($"/// <summary>{N(_rows)} weight rows from point p0 on, {N(tile.Tokens)} tokens from first on (of those before end).</summary>");
        _w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        _w.Open($"private static void {Method}(Arguments given, {_text.Item}int p0, int first, int end, ArrayView<Words4> shared)");
        _text.Declare(_text.Addresses());
        _text.DeclarePieces();
        _w.Line("int thread = Group.IdxX, lane = thread & 31, warp = thread >> 5;");
        _w.Line($"int warpTokens = warp % {N(tile.Tokens / tile.WarpTokens)} * {N(tile.WarpTokens)}, warpPoints = warp / {N(tile.Tokens / tile.WarpTokens)} * {N(8 * _pointTiles)};");
        PrintCopyAddresses();
        PrintFragmentAddresses();
        foreach (var sum in Sums("")) _w.Line($"Sums4 {sum} = default;");
        foreach (var sum in _text.Scaled ? Sums("Block") : []) _w.Line($"Sums4 {sum} = default;");
        _w.Line("int read = 0, write = 0;");
        _w.Open($"for (int next = 0; next < {N(tile.Stages - 1)}; next++)");
        PrintCopies(steps);
        _w.Close();
        _w.Line();
        _w.Open($"for (int step = 0; step < {N(steps)}; step++)");
        _w.Line($"MatrixCore.WaitCopies{N(tile.Stages - 2)}();");
        _w.Line("Group.Barrier();");
        _w.Line($"int next = step + {N(tile.Stages - 1)};");
        PrintCopies(steps);
        _w.Line();
        PrintMultiplications();
        if (_text.Scaled) PrintPromotion(steps);
        _w.Line($"read = read == {N((tile.Stages - 1) * Pieces)} ? 0 : read + {N(Pieces)};");
        _w.Close();
        _w.Line();
        _w.Line("Group.Barrier();");
        PrintStores();
        _w.Close();
    }

    private static string N(long value) => MatrixText.Number(value);

    private static string Lower(Product product) => char.ToLowerInvariant(product.Name[0]) + product.Name.Substring(1);

    private static string Sum(Product product, int token, int point, string suffix) => $"{Lower(product)}{suffix}{N(token)}_{N(point)}";

    private IEnumerable<string> Sums(string suffix) =>
        from product in _text.Points.Chain from token in Enumerable.Range(0, _tokenTiles) from point in Enumerable.Range(0, _pointTiles) select Sum(product, token, point, suffix);

    // ---- copies to shared memory ------------------------------------------------------------------------------------

    private void PrintCopyAddresses()
    {
        int threads = _text.Tile.Threads;
        _w.Line();
        _w.Line("// The pieces that this thread copies, and their places.");
        for (int i = 0; i < ActivationCopies; i++)
        {
            string row = Row(i, _activationPieces, threads);
            _w.Line($"int activation{i} = {row}, activationPiece{i} = thread & {N(_activationPieces - 1)};");
            _w.Line($"int activationFrom{i} = {_text.ActivationAt($"Math.Min(first + activation{i}, end - 1)")} + activationPiece{i};");
            _w.Line($"int activationTo{i} = activation{i} * {N(_activationPieces)} + (activationPiece{i} ^ {ActivationSwizzle($"activation{i}")});");
        }

        for (int i = 0; i < WeightCopies; i++)
        {
            _w.Line($"int weight{i} = {Row(i, _weightPieces, threads)}, weightPiece{i} = thread & {N(_weightPieces - 1)};");
            string local = _text.Points.Chain.Count == 1 ? $"weight{i}" : $"weight{i} % {N(_rows)}";
            _w.Line($"int weightPoint{i} = Math.Min(p0 + {local}, {N(_text.Points.Count - 1)});");
            _w.Line($"int weightFrom{i} = {_text.WeightAt($"weightPoint{i}")} + weightPiece{i};");
            _w.Line($"int weightTo{i} = {N(WeightStart)} + weight{i} * {N(_weightPieces)} + (weightPiece{i} ^ {WeightSwizzle($"weight{i}")});");
        }
    }

    private int ActivationCopies => _text.Tile.Tokens * _activationPieces / _text.Tile.Threads;

    private int WeightCopies => _text.Tile.Rows * _weightPieces / _text.Tile.Threads;

    private static string Row(int i, int pieces, int threads) => $"thread / {N(pieces)}{(i == 0 ? "" : " + " + N((long)i * threads / pieces))}";

    // Rows of 64 bytes share the banks with every second one, rows of 32 bytes with every fourth.
    private string ActivationSwizzle(string row) => _text.ActivationCodes ? $"{row} >> 2 & 1" : _text.Codes ? $"({row} >> 1 & 1) << 1" : $"{row} >> 1 & 3";

    private string WeightSwizzle(string row) => _text.Codes ? $"{row} >> 2 & 1" : $"{row} >> 1 & 3";

    private void PrintCopies(int steps)
    {
        var tile = _text.Tile;
        bool ragged = _text.Columns % tile.Columns != 0;
        _w.Open($"if (next < {N(steps)})");
        if (ragged) _w.Line("// Behind the last column there are zeros.");
        for (int term = 0; term < _text.Terms; term++)
        {
            for (int i = 0; i < ActivationCopies; i++)
            {
                string bytes = ragged ? $"next * {N(_activationPieces)} + activationPiece{i} < {N(_text.ActivationPieces)} ? 16 : 0" : "16";
                string to = N((long)term * tile.Tokens * _activationPieces), from = N((long)term * _text.ActivationPieces);
                _w.Line($"MatrixCore.CopyAsync(ref shared[write + activationTo{i}{Plus(to)}], ref activations[activationFrom{i} + next * {N(_activationPieces)}{Plus(from)}], {bytes});");
            }
        }

        for (int i = 0; i < WeightCopies; i++)
        {
            string bytes = ragged ? $"next * {N(_weightPieces)} + weightPiece{i} < {N(_text.WeightPieces)} ? 16 : 0" : "16";
            PrintWeightCopy(i, product => $"MatrixCore.CopyAsync(ref shared[write + weightTo{i}], ref {_text.Weight(product)}Pieces[weightFrom{i} + next * {N(_weightPieces)}], {bytes});");
        }

        _w.Line($"write = write == {N((tile.Stages - 1) * Pieces)} ? 0 : write + {N(Pieces)};");
        _w.Close();
        _w.Line("MatrixCore.CommitCopies();");
    }

    // With a partner, the first half of the rows are the one's and the second half the other's.
    private void PrintWeightCopy(int i, System.Func<Product, string> copy)
    {
        var chain = _text.Points.Chain;
        int threads = _text.Tile.Threads, each = _rows * _weightPieces;
        int from = i * threads / each, to = ((i + 1) * threads - 1) / each;
        if (from == to)
        {
            _w.Line(copy(chain[from]));
            return;
        }

        _w.Line($"if (thread < {N(each - i * threads)}) {copy(chain[from])}");
        _w.Line($"else {copy(chain[to])}");
    }

    private static string Plus(string value) => value == "0" ? "" : " + " + value;

    // ---- fragments --------------------------------------------------------------------------------------------------

    private void PrintFragmentAddresses()
    {
        _w.Line();
        _w.Line("// Where this lane reads its rows of the fragments, piece 0; other pieces differ in the bits that the swizzle turns.");
        for (int i = 0; i < _tokenTiles; i++)
        {
            // A float16-sized operand beside codes is read in the codes' order: two words of a row at once, rows g and g + 8.
            string row = _text.Codes && !_text.ActivationCodes ? $"warpTokens + {N(16 * i)} + (lane >> 2)" : $"warpTokens + {N(16 * i)} + (lane & 15)";
            _w.Line($"int a{i} = {row}, a{i}Turn = {ActivationSwizzle($"a{i}")};");
        }

        for (int c = 0; c < _text.Points.Chain.Count; c++)
        {
            for (int j = 0; j < _pointTiles; j += 2)
            {
                // The last pair may lack its second half; it is read again.
                string row = j + 1 < _pointTiles ? "(lane & 7) + (lane >> 4 << 3)" : "(lane & 7)";
                _w.Line($"int b{c}_{j} = {N(c * _rows)} + warpPoints + {N(8 * j)} + {row}, b{c}_{j}Turn = {WeightSwizzle($"b{c}_{j}")};");
            }
        }
    }

    private void PrintMultiplications()
    {
        int halves = _text.Tile.Columns / 16;
        if (_text.Codes)
        {
            PrintWeightCodes();
            if (_text.ActivationCodes) PrintCodes();
            else
            {
                _w.Line("var words = shared.Cast<Words2>();");
                for (int k = 0; k < halves; k++)
                {
                    for (int term = 0; term < _text.Terms; term++)
                    {
                        for (int i = 0; i < _tokenTiles; i++) PrintActivationWords(i, k, term);
                        Multiply(k, i => $"x{i}_{k}_{term}", (c, j) => $"w{c}_{j}_{k}");
                    }
                }
            }

            return;
        }

        for (int k = 0; k < halves; k++)
        {
            for (int c = 0; c < _text.Points.Chain.Count; c++)
            {
                for (int j = 0; j < _pointTiles; j += 2)
                    _w.Line($"Words4 w{c}_{j}_{k} = MatrixCore.LoadMatrix(ref shared[read + {N(WeightStart)} + b{c}_{j} * {N(_weightPieces)} + ({N(2 * k)} + (lane >> 3 & 1) ^ b{c}_{j}Turn)]);");
            }

            for (int term = 0; term < _text.Terms; term++)
            {
                for (int i = 0; i < _tokenTiles; i++)
                    _w.Line($"Words4 x{i}_{k}_{term} = MatrixCore.LoadMatrix(ref shared[read + {N((long)term * _text.Tile.Tokens * _activationPieces)} + a{i} * {N(_activationPieces)} + ({N(2 * k)} + (lane >> 4) ^ a{i}Turn)]);");
                Multiply(k, i => $"x{i}_{k}_{term}", (c, j) => j % 2 == 0 ? $"Fragment.B(w{c}_{j}_{k}.X, w{c}_{j}_{k}.Y)" : $"Fragment.B(w{c}_{j - 1}_{k}.Z, w{c}_{j - 1}_{k}.W)");
            }
        }
    }

    // Sixteen codes a piece: one read brings the pieces 0 and 1 of two groups of eight rows.
    private void PrintWeightCodes()
    {
        for (int c = 0; c < _text.Points.Chain.Count; c++)
        {
            for (int j = 0; j < _pointTiles; j += 2)
            {
                _w.Line($"Words4 codes{c}_{j} = MatrixCore.LoadMatrix(ref shared[read + {N(WeightStart)} + b{c}_{j} * {N(_weightPieces)} + ((lane >> 3 & 1) ^ b{c}_{j}Turn)]);");
                if (_text.Fp8) continue;
                _w.Line($"Words2 w{c}_{j}_0 = MatrixCore.BF16OfE4M3(codes{c}_{j}.X), w{c}_{j}_1 = MatrixCore.BF16OfE4M3(codes{c}_{j}.Y);");
                if (j + 1 < _pointTiles) _w.Line($"Words2 w{c}_{j + 1}_0 = MatrixCore.BF16OfE4M3(codes{c}_{j}.Z), w{c}_{j + 1}_1 = MatrixCore.BF16OfE4M3(codes{c}_{j}.W);");
            }
        }
    }

    private void PrintCodes()
    {
        for (int i = 0; i < _tokenTiles; i++)
            _w.Line($"Words4 x{i} = MatrixCore.LoadMatrix(ref shared[read + a{i} * {N(_activationPieces)} + ((lane >> 4) ^ a{i}Turn)]);");
        if (_text.Fp8)
        {
            Multiply(0, i => $"x{i}", (c, j) => j % 2 == 0 ? $"Fragment.B(codes{c}_{j}.X, codes{c}_{j}.Y)" : $"Fragment.B(codes{c}_{j - 1}.Z, codes{c}_{j - 1}.W)");
            return;
        }

        for (int k = 0; k < 2; k++)
        {
            string low = k == 0 ? "X" : "Z", high = k == 0 ? "Y" : "W";
            for (int i = 0; i < _tokenTiles; i++) _w.Line($"Words4 x{i}_{k} = Fragment.A(MatrixCore.BF16OfE4M3(x{i}.{low}), MatrixCore.BF16OfE4M3(x{i}.{high}));");
            Multiply(k, i => $"x{i}_{k}", (c, j) => $"w{c}_{j}_{k}");
        }
    }

    private void PrintActivationWords(int i, int k, int term)
    {
        string name = $"x{i}_{k}_{term}", start = N((long)term * _text.Tile.Tokens * _activationPieces);
        string At(string row) => $"(read + {start} + {row} * {N(_activationPieces)} + ({N(2 * k)} + (lane >> 1 & 1) ^ a{i}Turn)) * 2 + (lane & 1)";
        _w.Line($"Words4 {name} = Fragment.A(words[{At($"a{i}")}], words[{At($"(a{i} + 8)")}]);");
    }

    private void Multiply(int k, System.Func<int, string> x, System.Func<int, int, string> w)
    {
        string suffix = _text.Scaled ? "Block" : "";
        for (int c = 0; c < _text.Points.Chain.Count; c++)
        {
            for (int i = 0; i < _tokenTiles; i++)
            {
                for (int j = 0; j < _pointTiles; j++)
                {
                    string sum = Sum(_text.Points.Chain[c], i, j, suffix);
                    _w.Line($"{sum} = MatrixCore.{(_text.Fp8 ? "MmaE4M3" : "MmaBF16")}({sum}, {x(i)}, {w(c, j)});");
                }
            }
        }
    }

    // ---- sums -------------------------------------------------------------------------------------------------------

    private void PrintPromotion(int steps)
    {
        int each = 128 / _text.Tile.Columns;
        _w.Line();
        _w.Line("// A block of 128 columns has scales of its own; its sums are scaled and added in float32 (DeepSeek-V3 report, section 3.3.2).");
        _w.Open($"if (step % {N(each)} == {N(each - 1)} || step == {N(steps - 1)})");
        _w.Line($"int block = step / {N(each)};");
        var points = _text.Points;
        if (_text.ActivationCodes)
        {
            for (int i = 0; i < _tokenTiles; i++)
            {
                _w.Line($"int token{i} = Math.Min(first + warpTokens + {N(16 * i)} + (lane >> 2), end - 1), tokenBelow{i} = Math.Min(first + warpTokens + {N(16 * i + 8)} + (lane >> 2), end - 1);");
                _w.Line($"float xScale{i} = {_text.ActivationScale($"token{i}")}, xScaleBelow{i} = {_text.ActivationScale($"tokenBelow{i}")};");
            }
        }

        bool one = points.OneScale(_text.Tile);
        foreach (var product in points.Chain)
        {
            if (one) _w.Line($"float {Lower(product)}BlockScale = {_text.WeightScale(product, "p0")};");
            for (int j = 0; j < _pointTiles; j++)
            {
                string left = $"{Lower(product)}BlockScale", right = left;
                if (!one)
                {
                    (left, right) = ($"{Lower(product)}Scale{j}", $"{Lower(product)}ScaleRight{j}");
                    string point = $"{Lower(product)}Point{j}";
                    _w.Line($"int {point} = Math.Min(p0 + warpPoints + {N(8 * j)} + (lane & 3) * 2, {N(points.Count - 1)}), {point}Right = Math.Min({point} + 1, {N(points.Count - 1)});");
                    _w.Line($"float {left} = {_text.WeightScale(product, point)}, {right} = {_text.WeightScale(product, point + "Right")};");
                }

                for (int i = 0; i < _tokenTiles; i++)
                {
                    string sum = Sum(product, i, j, ""), part = Sum(product, i, j, "Block");
                    string low = _text.ActivationCodes ? $"xScale{i}" : "1", high = _text.ActivationCodes ? $"xScaleBelow{i}" : "1";
                    _w.Line($"{sum} = Fragment.Promote({sum}, {part}, {low}, {high}, {left}, {right});");
                    _w.Line($"{part} = default;");
                }
            }
        }

        _w.Close();
    }

    private void PrintStores()
    {
        var points = _text.Points;
        _w.Line("int ownToken = first + warpTokens + (lane >> 2), ownPoint = p0 + warpPoints + (lane & 3) * 2;");
        for (int i = 0; i < _tokenTiles; i++)
        {
            for (int j = 0; j < _pointTiles; j++)
            {
                for (int half = 0; half < 2; half++)
                {
                    var values = points.Chain.SelectMany(p => half == 0
                        ? new[] { Sum(p, i, j, "") + ".X", Sum(p, i, j, "") + ".Y" }
                        : [Sum(p, i, j, "") + ".Z", Sum(p, i, j, "") + ".W"]);
                    _w.Line($"Put{_text.Name}Pair(given, {_text.ItemArgument}ownToken{Plus(N(16 * i + 8 * half))}, ownPoint{Plus(N(8 * j))}, end, {string.Join(", ", values)});");
                }
            }
        }
    }
}
