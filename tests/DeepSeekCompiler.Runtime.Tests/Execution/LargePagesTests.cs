using System.Globalization;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

public unsafe class LargePagesTests
{
    [Fact]
    public void WorkingMemoryOfManyBytes_BeginsAtALargePage_AndAllOfItCanBeWritten()
    {
        using var run = new HostRun(1);
        const int bytes = (8 << 20) + 12;
        byte* memory = run.Reserve(bytes);
        Assert.Equal(0, (nint)memory % (2 << 20));
        new Span<byte>(memory, bytes).Fill(7);
        Assert.Equal(-1, new ReadOnlySpan<byte>(memory, bytes).IndexOfAnyExcept((byte)7));
    }

    /// <summary>Whether the system has large pages to give depends on the machine; that it was asked does not ("hg" in proc(5), VmFlags).</summary>
    [Fact]
    public void CheckpointsAndWorkingMemory_AskForLargePages()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/sys/kernel/mm/transparent_hugepage")) return;
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string path = Path.Combine(folder, "model.safetensors");
            using (var output = SafetensorsOutput.Create(path, [new TensorLayout("w", SafetensorsType.F32, [1 << 20])], aligned: true))
            {
                Assert.Contains(" hg", Flags(output.Data(0)), StringComparison.Ordinal);
                output.Commit();
            }

            using var checkpoint = Checkpoint.Open(folder);
            Assert.Contains(" hg", Flags(checkpoint.Tensors[0].Data), StringComparison.Ordinal);
            using var run = new HostRun(1);
            Assert.Contains(" hg", Flags(run.Reserve(4 << 20)), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void WeightPages_CountsCheckpointsOnly()
    {
        string[] lines =
        [
            "7f0000000000-7f0000400000 r--s 00000000 fe:00 12     /models/my model/part-1.safetensors",
            "Rss:                4096 kB", "FilePmdMapped:      2048 kB", "VmFlags: rd mr mw me ms hg",
            "7f0000400000-7f0000600000 rw-p 00000000 00:00 0 ", "Rss:                2048 kB", "FilePmdMapped:         0 kB", "VmFlags: rd wr mr",
            "7f0000600000-7f0000a00000 r--s 00000000 fe:00 13     /models/my model/part-2.safetensors", "Rss:                1024 kB", "FilePmdMapped:         0 kB",
            "7f0000b00000-7f0000c00000 r--p 00000000 fe:00 14     /lib/libc.so.6", "Rss:                 512 kB", "FilePmdMapped:       512 kB",
        ];
        Assert.Equal(new(5, 2), WeightPages.Of(lines));
    }

    private static string Flags(byte* address)
    {
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] ends = line.Split(' ')[0].Split('-');
            if (ends.Length == 2 && nuint.TryParse(ends[0], NumberStyles.HexNumber, null, out nuint from) && nuint.TryParse(ends[1], NumberStyles.HexNumber, null, out nuint to))
                inside = (nuint)address >= from && (nuint)address < to;
            else if (inside && line.StartsWith("VmFlags:", StringComparison.Ordinal)) return line;
        }

        return "";
    }
}
