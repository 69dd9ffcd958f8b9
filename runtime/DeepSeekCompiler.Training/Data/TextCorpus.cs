using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Training.Data;

/// <summary>Text files as a token shard, made once for a tokenizer.</summary>
public static class TextCorpus
{
    /// <summary>Opens the shard, or makes it when it is not there or was made with another tokenizer.</summary>
    /// <param name="shard">Where the shard is kept.</param>
    /// <param name="text">A text file or a folder of them; see <see cref="TextDocuments"/>.</param>
    /// <param name="tokenizerFolder">Where tokenizer.json is.</param>
    /// <param name="progress">Called with (files done, files in all).</param>
    /// <exception cref="TrainingException">The text cannot be used, or the shard cannot be written.</exception>
    public static TokenShard Open(string shard, string text, string tokenizerFolder, Action<int, int>? progress = null)
    {
        byte[] hash = TokenizerHash(tokenizerFolder);
        if (File.Exists(shard))
        {
            var existing = TokenShard.Open(shard);
            if (existing.TokenizerHash.SequenceEqual(hash)) return existing;
            existing.Dispose();
        }

        Write(shard, text, ModelTokenizer.Load(tokenizerFolder), hash, progress);
        return TokenShard.Open(shard);
    }

    /// <summary>SHA-256 of a folder's tokenizer.json.</summary>
    public static byte[] TokenizerHash(string folder)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        try
        {
            return SHA256.HashData(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static void Write(string shard, string text, ModelTokenizer tokenizer, byte[] hash, Action<int, int>? progress)
    {
        var files = TextDocuments.Files(text);
        using var writer = new TokenShardWriter(shard, tokenizer.VocabSize, hash);
        for (int i = 0; i < files.Count; i++)
        {
            foreach (string document in TextDocuments.Of(files[i])) writer.Add(CollectionsMarshal.AsSpan(DocumentTokens.Of(tokenizer, document)));
            progress?.Invoke(i + 1, files.Count);
        }

        if (writer.Tokens == 0) throw new TrainingException($"{text} holds no text: its files are empty.");
        writer.Commit();
    }
}
