using System.Text;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Runtime.Tests.Checkpoints;

/// <summary>Copies with tensors at cache lines.</summary>
public class AlignedCopyTests
{
    [Fact]
    public void ACopy_HasTheSameTensorsAtCacheLines_AndTheOtherFiles()
    {
        using var folder = new TempFolder();
        string from = folder["from"], to = folder["to"];
        Directory.CreateDirectory(from);
        File.WriteAllBytes(Path.Combine(from, "model.safetensors"), Shifted());
        File.WriteAllText(Path.Combine(from, "config.json"), "{}");

        AlignedCopy.Write(from, to);

        using var before = Checkpoint.Open(from);
        using var after = Checkpoint.Open(to);
        Assert.Equal(1, AlignedCopy.Misaligned(before));
        Assert.Equal(0, AlignedCopy.Misaligned(after));
        Assert.Equal(before.Find("a")!.AsSpan<float>().ToArray(), after.Find("a")!.AsSpan<float>().ToArray());
        Assert.Equal("{}", File.ReadAllText(Path.Combine(to, "config.json")));
    }

    [Fact]
    public void AFolderWithFiles_IsNotWrittenInto()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["model.safetensors"], Shifted());

        var error = Assert.Throws<CheckpointException>(() => AlignedCopy.Write(folder.Path, folder.Path));

        Assert.Contains("is there already", error.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    // A header whose data begins eight bytes behind a line.
    private static byte[] Shifted()
    {
        string header = """{"a":{"dtype":"F32","shape":[32],"data_offsets":[0,128]}}""".PadRight(64);
        return [.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), .. Enumerable.Range(0, 32).SelectMany(i => BitConverter.GetBytes((float)i))];
    }
}
