using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Training.Data;

/// <summary>A document as a model sees it: the token that begins a sequence, the text, the token that ends one.</summary>
public static class DocumentTokens
{
    /// <summary>Ids of a document; special tokens in the text are recognised.</summary>
    public static List<int> Of(ModelTokenizer tokenizer, string text)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var ids = new List<int>();
        if (tokenizer.BosId is { } bos) ids.Add(bos);
        ids.AddRange(tokenizer.Encode(text));
        if (tokenizer.EosIds.Count > 0) ids.Add(tokenizer.EosIds[0]);
        return ids;
    }
}
