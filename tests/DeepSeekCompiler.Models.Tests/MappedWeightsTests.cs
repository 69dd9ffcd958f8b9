using System.Globalization;
using System.Reflection;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>Weights are read where the file is mapped: nothing of it is held in memory twice.</summary>
public class MappedWeightsTests
{
    [Fact]
    public unsafe void EveryWeight_LiesInTheMappedFile()
    {
        // Only here the system says what is mapped where.
        if (!OperatingSystem.IsLinux()) return;
        using var model = ModelLoader.Load(SampleModelTests.Folder, new LoadOptions { Threads = 1 });
        string file = Path.Combine(SampleModelTests.Folder, "model.safetensors");
        var mapped = File.ReadLines("/proc/self/maps").Where(line => line.EndsWith(file, StringComparison.Ordinal)).Select(line => line.Split(' ')[0].Split('-'))
            .Select(range => (From: Address(range[0]), To: Address(range[1]))).ToList();
        Assert.NotEmpty(mapped);
        var weightAt = typeof(CompiledModel).GetMethod("WeightAt", BindingFlags.Instance | BindingFlags.NonPublic)!;
        for (int i = 0; i < model.Manifest.Count; i++)
        {
            ulong at = (ulong)((Weight)weightAt.Invoke(model, [i])!).Data;
            Assert.True(mapped.Exists(m => at >= m.From && at < m.To), $"{model.Manifest[i].Name} is not where the file is mapped");
        }
    }

    private static ulong Address(string hex) => ulong.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
