using System.Text;

namespace DeepSeekCompiler.Runtime.Tokenizers;

/// <summary>Text of tokens as they come: a character is given out once all its bytes are there.</summary>
public sealed class TokenStream(ModelTokenizer tokenizer)
{
    private readonly System.Text.Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char[] _chars = new char[64];

    /// <summary>The text that <paramref name="id"/> completes; special tokens give none.</summary>
    public ReadOnlySpan<char> Append(int id) => tokenizer.IsSpecial(id) ? [] : Decode(tokenizer.Bytes(id), false);

    /// <summary>What is left of an unfinished character, as U+FFFD.</summary>
    public ReadOnlySpan<char> Flush() => Decode([], true);

    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        if (_chars.Length < bytes.Length + 4) _chars = new char[bytes.Length + 4];
        return _chars.AsSpan(0, _decoder.GetChars(bytes, _chars, flush));
    }
}
