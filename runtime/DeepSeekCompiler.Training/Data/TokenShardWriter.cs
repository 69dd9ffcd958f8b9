using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DeepSeekCompiler.Training.Files;

namespace DeepSeekCompiler.Training.Data;

/// <summary>Writes a token shard document by document; only the ends of documents are held in memory.</summary>
/// <remarks>The file has its name only after <see cref="Commit"/>; without it, nothing is left behind.</remarks>
public sealed class TokenShardWriter : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly int _vocabSize;
    private readonly byte[] _tokenizer;
    private readonly FileStream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<long> _ends = [];
    private long _tokens;

    /// <param name="path">Where it will be; an existing file is replaced on commit.</param>
    /// <param name="vocabSize">Ids are below this.</param>
    /// <param name="tokenizerHash">SHA-256 of the tokenizer.json that makes the ids.</param>
    /// <exception cref="TrainingException">The file cannot be written.</exception>
    public TokenShardWriter(string path, int vocabSize, ReadOnlySpan<byte> tokenizerHash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabSize, 1);
        if (tokenizerHash.Length != ShardHeader.HashSize) throw new ArgumentException($"A SHA-256 has {ShardHeader.HashSize} bytes.", nameof(tokenizerHash));
        (_path, _partial, _vocabSize, _tokenizer) = (path, path + ".partial", vocabSize, tokenizerHash.ToArray());
        try
        {
            _stream = new FileStream(_partial, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            _stream.Write(new byte[ShardHeader.Size]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"{path} cannot be written: {e.Message}", e);
        }
    }

    public long Tokens => _tokens;

    /// <summary>Adds a document; one without tokens is left out.</summary>
    /// <exception cref="ArgumentException">An id is outside the vocabulary.</exception>
    public void Add(ReadOnlySpan<int> ids)
    {
        if (ids.IsEmpty) return;
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)_vocabSize) throw new ArgumentException(FormattableString.Invariant($"The id {id} is outside the vocabulary of {_vocabSize}."), nameof(ids));
        }

        if (ShardHeader.BytesFor(_vocabSize) == 4) Append(MemoryMarshal.AsBytes(ids));
        else
        {
            var narrow = new ushort[ids.Length];
            for (int i = 0; i < narrow.Length; i++) narrow[i] = (ushort)ids[i];
            Append(MemoryMarshal.AsBytes(narrow.AsSpan()));
        }

        _tokens += ids.Length;
        _ends.Add(_tokens);
    }

    /// <summary>Finishes the file under its name, durably.</summary>
    /// <exception cref="TrainingException">Nothing was added, or the file cannot be written.</exception>
    public void Commit()
    {
        if (_tokens == 0) throw new TrainingException($"There are no tokens to write to {_path}: all documents are empty.");
        var header = new ShardHeader(ShardHeader.BytesFor(_vocabSize), _vocabSize, _tokens, _ends.Count);
        try
        {
            Append(new byte[header.EndsAt - ShardHeader.Size - (_tokens * header.IdBytes)]);
            Append(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_ends)));
            byte[] head = header.Encode(_tokenizer);
            _hash.AppendData(head.AsSpan(0, ShardHeader.HashedSize));
            _hash.GetHashAndReset().CopyTo(head, ShardHeader.HashedSize);
            _stream.Position = 0;
            _stream.Write(head);
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_partial, _path, overwrite: true);
            DurableFile.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"{_path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Throws away what was not committed.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _hash.Dispose();
        File.Delete(_partial);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _stream.Write(bytes);
    }
}
