using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DeepSeekCompiler.Training.Data;

/// <summary>Token ids of documents, mapped into memory; <see cref="TokenShardWriter"/> makes such files.</summary>
/// <remarks>Everything is checked on opening, in one pass over the file: sizes, hash, ids, ends of documents.</remarks>
public sealed unsafe class TokenShard : IDisposable
{
    private const int Portion = 1 << 20;

    private readonly ShardHeader _header;
    private readonly byte[] _tokenizer;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _base;

    private TokenShard(string path, FileStream stream)
    {
        Path = path;
        var head = new byte[ShardHeader.Size];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        _header = ShardHeader.Decode(head.AsSpan(0, read), stream.Length, path);
        _tokenizer = ShardHeader.Tokenizer(head).ToArray();
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, _header.FileLength, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base);
        try
        {
            CheckHash(head);
            CheckIds();
            CheckEnds();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>Ids are below this.</summary>
    public int VocabSize => _header.VocabSize;

    public long Tokens => _header.Tokens;

    public long Documents => _header.Documents;

    /// <summary>SHA-256 of the tokenizer.json that made the ids.</summary>
    public ReadOnlySpan<byte> TokenizerHash => _tokenizer;

    private long* Ends => (long*)(_base + _header.EndsAt);

    /// <exception cref="TrainingException">There is no such file, or it is not sound; one sentence.</exception>
    public static TokenShard Open(string path)
    {
        FileStream? stream = null;
        try
        {
            if (!File.Exists(path)) throw new TrainingException($"There is no token shard {path}.");
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return new TokenShard(path, stream);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            if (e is IOException or UnauthorizedAccessException) throw new TrainingException($"The token shard {path} cannot be read: {e.Message}", e);
            throw;
        }
    }

    /// <summary>First token of a document and the first behind it.</summary>
    public (long Start, long End) Document(long document)
    {
        ObjectDisposedException.ThrowIf(_base == null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)document, (ulong)Documents, nameof(document));
        return (document == 0 ? 0 : Ends[document - 1], Ends[document]);
    }

    /// <summary>Reads ids from a place on, across documents.</summary>
    public void Read(long start, Span<int> tokens)
    {
        ObjectDisposedException.ThrowIf(_base == null, this);
        if (start < 0 || start > Tokens - tokens.Length) throw new ArgumentOutOfRangeException(nameof(start), start, "The tokens lie outside of the shard.");
        byte* from = _base + ShardHeader.Size + (start * _header.IdBytes);
        for (int i = 0; i < tokens.Length; i++) tokens[i] = Id(from, i);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_base == null) return;
        _base = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private int Id(byte* from, long index) => _header.IdBytes == 2 ? ((ushort*)from)[index] : ((int*)from)[index];

    private void CheckHash(byte[] head)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = ShardHeader.Size; at < _header.FileLength; at += Portion)
            hash.AppendData(MemoryMarshal.CreateReadOnlySpan(ref *(_base + at), (int)Math.Min(Portion, _header.FileLength - at)));
        hash.AppendData(head.AsSpan(0, ShardHeader.HashedSize));
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(head.AsSpan(ShardHeader.HashedSize)))
            throw new TrainingException($"{Path} is damaged: its content does not have the SHA-256 that its header gives.");
    }

    private void CheckIds()
    {
        byte* ids = _base + ShardHeader.Size;
        for (long i = 0; i < Tokens; i++)
        {
            if ((uint)Id(ids, i) >= (uint)VocabSize)
                throw new TrainingException(FormattableString.Invariant($"{Path} holds the id {Id(ids, i)} at token {i}, outside its vocabulary of {VocabSize}."));
        }
    }

    private void CheckEnds()
    {
        long last = 0;
        for (long i = 0; i < Documents; i++)
        {
            if (Ends[i] <= last || Ends[i] > Tokens) throw new TrainingException(FormattableString.Invariant($"{Path} ends document {i} at token {Ends[i]}, which does not lie behind {last} and within {Tokens}."));
            last = Ends[i];
        }

        if (last != Tokens) throw new TrainingException(FormattableString.Invariant($"{Path} holds {Tokens} tokens, but its documents end at {last}."));
    }
}
