using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Tests.Checkpoints;

/// <summary>Asserts what every hostile input must give: one sentence with the culprit in it, and no memory beyond the promise.</summary>
internal static class Measured
{
    private const long Slack = 64L << 20;

    /// <summary>Runs <paramref name="open"/> on a folder or file, and checks the error.</summary>
    public static void Refuses(string path, Action open, params string[] culprits)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.Throws<CheckpointException>(open);

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, SizeOf(path) + Slack);
        foreach (var culprit in culprits)
        {
            Assert.Contains(culprit, error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain("   at ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 10, 2000);
    }

    private static long SizeOf(string path) => Directory.Exists(path)
        ? new DirectoryInfo(path).EnumerateFiles().Where(f => f.Exists).Sum(f => f.Length)
        : File.Exists(path) ? new FileInfo(path).Length : 0;
}
