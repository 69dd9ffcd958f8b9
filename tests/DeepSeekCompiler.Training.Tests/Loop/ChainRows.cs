using DeepSeekCompiler.Training.Data;

namespace DeepSeekCompiler.Training.Tests.Loop;

/// <summary>Rows of a random walk: a token is followed by one of three.</summary>
internal sealed class ChainRows(long count, int length) : IRowSource
{
    public long Count => count;

    public int Length => length;

    public int VocabSize => RoutedPass.Vocabulary;

    public int Read(long row, Span<int> tokens)
    {
        var random = new Random((int)row);
        int used = length - (int)(row % 4);
        tokens[0] = random.Next(VocabSize);
        for (int i = 1; i < used; i++) tokens[i] = ((tokens[i - 1] * 5) + random.Next(3)) % VocabSize;
        return used;
    }
}
