using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DeepSeekCompiler.Training.Data;

/// <summary>The first 128 bytes of a token shard, little-endian. Behind them: the ids, then, at the next multiple of 8, where every document ends.</summary>
/// <remarks>
/// <code>
///   0   8  "DSCTOKEN"
///   8   4  version, 1
///  12   4  bytes of an id, 2 or 4
///  16   4  ids are below this
///  20   4  0
///  24   8  tokens
///  32   8  documents
///  40  32  SHA-256 of the tokenizer.json that made the ids
///  72  24  0
///  96  32  SHA-256 of everything behind the header, then of bytes 0 to 95
/// 128      ids, padded with zeros to a multiple of 8 bytes; documents 8-byte counts of tokens up to the end of each, ascending
/// </code>
/// </remarks>
internal readonly record struct ShardHeader(int IdBytes, int VocabSize, long Tokens, long Documents)
{
    public const int Size = 128;
    public const int HashedSize = 96;
    public const int HashSize = SHA256.HashSizeInBytes;
    private const int Version = 1;
    private const int TokenizerAt = 40;

    private static ReadOnlySpan<byte> Magic => "DSCTOKEN"u8;

    /// <summary>Where the ends of the documents begin.</summary>
    public long EndsAt => Size + (((Tokens * IdBytes) + 7) & ~7L);

    /// <summary>Bytes of the whole file.</summary>
    public long FileLength => EndsAt + (Documents * sizeof(long));

    /// <summary>Bytes an id needs in a vocabulary.</summary>
    public static int BytesFor(int vocabSize) => vocabSize <= 1 << 16 ? 2 : 4;

    /// <summary>The header without its hash.</summary>
    public byte[] Encode(ReadOnlySpan<byte> tokenizer)
    {
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), IdBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), VocabSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Tokens);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), Documents);
        tokenizer.CopyTo(bytes.AsSpan(TokenizerAt, HashSize));
        return bytes;
    }

    /// <summary>The hash of the tokenizer.</summary>
    public static ReadOnlySpan<byte> Tokenizer(ReadOnlySpan<byte> header) => header.Slice(TokenizerAt, HashSize);

    /// <exception cref="TrainingException">It is no header, or its numbers contradict the length of the file.</exception>
    public static ShardHeader Decode(ReadOnlySpan<byte> bytes, long fileLength, string path)
    {
        if (bytes.Length < Size || !bytes.StartsWith(Magic)) throw new TrainingException($"{path} is no token shard: it does not begin with {Size} bytes of header.");
        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != Version) throw new TrainingException(FormattableString.Invariant($"{path} is a token shard of version {version}; this program reads version {Version}."));
        var header = new ShardHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]));
        if (header.IdBytes is not (2 or 4)) throw new TrainingException(FormattableString.Invariant($"{path} has ids of {header.IdBytes} bytes; 2 and 4 are known."));
        if (header.VocabSize < 1) throw new TrainingException(FormattableString.Invariant($"{path} has a vocabulary of {header.VocabSize}; it should be at least 1."));

        // Every token and document takes bytes of the file, so a lying count is caught before anything is multiplied.
        bool possible = header.Tokens >= 1 && header.Tokens <= fileLength && header.Documents >= 1 && header.Documents <= header.Tokens;
        if (!possible || header.FileLength != fileLength)
            throw new TrainingException(FormattableString.Invariant($"{path} says that it holds {header.Tokens} tokens in {header.Documents} documents, which does not go with its {fileLength} bytes; it is damaged or incomplete."));
        return header;
    }
}
