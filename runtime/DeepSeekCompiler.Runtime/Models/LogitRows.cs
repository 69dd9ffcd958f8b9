namespace DeepSeekCompiler.Runtime.Models;

/// <summary>Which rows of logits a forward call writes.</summary>
public enum LogitRows
{
    None,

    /// <summary>One row, of the last token.</summary>
    Last,

    /// <summary>One row a token.</summary>
    All,
}
