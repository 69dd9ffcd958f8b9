namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Keeps what reading a header allocates in proportion to the files, whatever the header says.</summary>
/// <remarks>A header of 50 bytes a tensor would otherwise cost several hundred bytes of objects a tensor.</remarks>
/// <param name="bytes">The most that may be allocated.</param>
internal sealed class AllocationBudget(long bytes)
{
    /// <summary>What may be allocated beyond the size of the files; the rest of the promised 64 MiB is for everything else.</summary>
    private const long Slack = 48L << 20;

    private long _left = bytes + Slack;

    /// <summary>Counts the objects of a tensor or index entry before they are made.</summary>
    /// <param name="fixedBytes">Bytes of the objects without their texts.</param>
    /// <param name="textBytes">UTF-8 bytes of the texts, each of which takes a 16-bit character.</param>
    /// <param name="file">The file that asks for it.</param>
    /// <exception cref="CheckpointException">There is no room.</exception>
    public void Charge(long fixedBytes, long textBytes, string file)
    {
        _left -= fixedBytes + 2 * textBytes;
        if (_left < 0)
        {
            throw new CheckpointException($"{file} describes too many tensors for the size of its data; reading its header would take more memory than the file.");
        }
    }

    /// <summary>Counts a file whose size was not known at the start.</summary>
    public void Add(long fileBytes) => _left += fileBytes;
}
