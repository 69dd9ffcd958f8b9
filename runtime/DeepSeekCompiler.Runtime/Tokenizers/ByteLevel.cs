namespace DeepSeekCompiler.Runtime.Tokenizers;

/// <summary>The byte-level alphabet of GPT-2: every byte as a printable character.</summary>
internal static class ByteLevel
{
    private static readonly short[] s_bytes = Bytes();

    /// <summary>The bytes a vocabulary entry stands for; null when it holds another character.</summary>
    public static byte[]? Decode(string token)
    {
        var bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            if (token[i] >= s_bytes.Length || s_bytes[token[i]] < 0) return null;
            bytes[i] = (byte)s_bytes[token[i]];
        }

        return bytes;
    }

    /// <summary>The character of every byte.</summary>
    public static char[] Characters()
    {
        var characters = new char[256];
        for (int c = 0; c < s_bytes.Length; c++)
        {
            if (s_bytes[c] >= 0) characters[s_bytes[c]] = (char)c;
        }

        return characters;
    }

    private static short[] Bytes()
    {
        var bytes = new short[256 + 68];
        Array.Fill(bytes, (short)-1);
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            bool printable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            bytes[printable ? b : next++] = (short)b;
        }

        return bytes;
    }
}
