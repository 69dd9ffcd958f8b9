namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>A thread's copies of 16 bytes (PTX ISA, cp.async): they are under way until the thread waits for the group they were committed to, and arrive then
/// and not before. A place is spoiled as soon as it is asked for: whoever still reads what was there, or reads too early, is found out.</summary>
internal sealed unsafe class AsyncCopies
{
    private readonly List<(nint To, nint From, int Bytes, int Committed)> _pending = [];
    private int _committed;

    public void Begin(nint to, nint from, int bytes)
    {
        if (bytes is < 0 or > 16) throw new ArgumentException($"A copy of {bytes} bytes of 16.");
        if (to % 16 != 0 || from % 16 != 0) throw new ArgumentException("A copy of 16 bytes from or to an address that is no multiple of 16.");
        new Span<byte>((void*)to, 16).Fill(0x7F);
        _pending.Add((to, from, bytes, _committed));
    }

    public void Commit() => _committed++;

    /// <summary>Waits until at most the latest <paramref name="groups"/> groups are under way; what was not committed is not waited for.</summary>
    public void Wait(int groups)
    {
        if (groups < 0) throw new ArgumentException($"A wait for {groups} groups.");
        for (int i = 0; i < _pending.Count; i++)
        {
            var (to, from, bytes, number) = _pending[i];
            if (number >= _committed - groups) continue;
            var place = new Span<byte>((void*)to, 16);
            place.Clear();
            new ReadOnlySpan<byte>((void*)from, bytes).CopyTo(place);
            _pending.RemoveAt(i--);
        }
    }
}
