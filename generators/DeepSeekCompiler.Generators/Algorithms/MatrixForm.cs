namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>The two ways to multiply by a weight matrix.</summary>
public enum MatrixForm
{
    /// <summary>Few tokens: every weight byte is read once, straight from the file, and decoded in registers.</summary>
    Streaming,

    /// <summary>Many tokens: a panel of rows is decoded once into float32 and multiplies all of them.</summary>
    Panel,
}
