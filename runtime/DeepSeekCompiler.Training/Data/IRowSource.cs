namespace DeepSeekCompiler.Training.Data;

/// <summary>Rows to train on, each a function of its number alone: a position in the data is a number, and reading it again gives the same tokens.</summary>
public interface IRowSource
{
    /// <summary>Rows; <see cref="long.MaxValue"/> where they never end.</summary>
    long Count { get; }

    /// <summary>Most tokens of a row.</summary>
    int Length { get; }

    /// <summary>Ids are below this.</summary>
    int VocabSize { get; }

    /// <summary>Reads a row.</summary>
    /// <param name="row">0 to <see cref="Count"/> - 1.</param>
    /// <param name="tokens">[<see cref="Length"/>], its beginning written.</param>
    /// <returns>Tokens of the row, at least 1.</returns>
    int Read(long row, Span<int> tokens);
}
