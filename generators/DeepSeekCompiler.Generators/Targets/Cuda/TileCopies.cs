using System;
using DeepSeekCompiler.Generators.Algorithms;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints the asynchronous copies that bring a step's tiles to shared memory.</summary>
internal sealed class TileCopies(MatrixText text, TilePlaces places)
{
    private readonly CodeWriter _w = text.Writer;

    public void PrintAddresses()
    {
        int threads = text.Tile.Threads;
        _w.Line();
        _w.Line("// The pieces that this thread copies, and their places.");
        for (int i = 0; i < ActivationCopies; i++)
        {
            string row = Row(i, places.ActivationPieces, threads);
            _w.Line($"int activation{i} = {row}, activationPiece{i} = thread & {N(places.ActivationPieces - 1)};");
            _w.Line($"int activationFrom{i} = {text.ActivationAt($"Math.Min(first + activation{i}, end - 1)")} + activationPiece{i};");
            _w.Line($"int activationTo{i} = activation{i} * {N(places.ActivationPieces)} + (activationPiece{i} ^ {places.ActivationSwizzle($"activation{i}")});");
        }

        for (int i = 0; i < WeightCopies; i++)
        {
            _w.Line($"int weight{i} = {Row(i, places.WeightPieces, threads)}, weightPiece{i} = thread & {N(places.WeightPieces - 1)};");
            string local = text.Points.Chain.Count == 1 ? $"weight{i}" : $"weight{i} % {N(places.Rows)}";
            _w.Line($"int weightPoint{i} = Math.Min(p0 + {local}, {N(text.Points.Count - 1)});");
            _w.Line($"int weightFrom{i} = {text.WeightAt($"weightPoint{i}")} + weightPiece{i};");
            _w.Line($"int weightTo{i} = {N(places.WeightStart)} + weight{i} * {N(places.WeightPieces)} + (weightPiece{i} ^ {places.WeightSwizzle($"weight{i}")});");
        }
    }

    private int ActivationCopies => text.Tile.Tokens * places.ActivationPieces / text.Tile.Threads;

    private int WeightCopies => text.Tile.Rows * places.WeightPieces / text.Tile.Threads;

    private static string Row(int i, int pieces, int threads) => $"thread / {N(pieces)}{(i == 0 ? "" : " + " + N((long)i * threads / pieces))}";

    public void Print(int steps)
    {
        var tile = text.Tile;
        bool ragged = text.Columns % tile.Columns != 0;
        _w.Open($"if (next < {N(steps)})");
        if (ragged) _w.Line("// Behind the last column there are zeros.");
        for (int term = 0; term < text.Terms; term++)
        {
            for (int i = 0; i < ActivationCopies; i++)
            {
                string bytes = ragged ? $"next * {N(places.ActivationPieces)} + activationPiece{i} < {N(text.ActivationPieces)} ? 16 : 0" : "16";
                string to = N((long)term * places.TermPieces), from = N((long)term * text.ActivationPieces);
                _w.Line($"MatrixCore.CopyAsync(ref shared[write + activationTo{i}{Plus(to)}], ref activations[activationFrom{i} + next * {N(places.ActivationPieces)}{Plus(from)}], {bytes});");
            }
        }

        for (int i = 0; i < WeightCopies; i++)
        {
            string bytes = ragged ? $"next * {N(places.WeightPieces)} + weightPiece{i} < {N(text.WeightPieces)} ? 16 : 0" : "16";
            PrintWeightCopy(i, product => $"MatrixCore.CopyAsync(ref shared[write + weightTo{i}], ref {text.Weight(product)}Pieces[weightFrom{i} + next * {N(places.WeightPieces)}], {bytes});");
        }

        _w.Line($"write = write == {N((tile.Stages - 1) * places.Pieces)} ? 0 : write + {N(places.Pieces)};");
        _w.Close();
        _w.Line("MatrixCore.CommitCopies();");
    }

    // With a partner, the first half of the rows are the one's and the second half the other's.
    private void PrintWeightCopy(int i, Func<Product, string> copy)
    {
        var chain = text.Points.Chain;
        int threads = text.Tile.Threads, each = places.Rows * places.WeightPieces;
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

    private static string N(long value) => MatrixText.Number(value);
}
