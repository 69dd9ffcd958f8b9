using System.Text.Json;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Recipes;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

// Declarations have enumerations of the same names.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;

/// <summary>A golden model: its checkpoint made from the recipe, and the expected numbers.</summary>
internal sealed class GoldenCase : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SafetensorsFile _golden;

    public GoldenCase(string name)
    {
        Name = name;
        string source = GoldenFiles.Path(name);
        RecipeWriter.Write(Recipe.Parse(File.ReadAllText(Path.Combine(source, "recipe.json"))), _folder.Path);
        File.Copy(Path.Combine(source, "config.json"), Path.Combine(_folder.Path, "config.json"));
        _golden = SafetensorsFile.Open(Path.Combine(source, "golden.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(source, "golden.json")));
        Prompt = [.. _golden["tokens"].AsSpan<long>().ToArray().Select(t => (int)t)];
        Generated = Has("generated") ? [.. _golden["generated"].AsSpan<long>().ToArray().Select(t => (int)t)] : [];
        Policy = json.RootElement.TryGetProperty("fp8_policy", out var policy) && policy.GetString() == "full" ? Fp8Policy.Full : Fp8Policy.WeightOnly;
    }

    public string Name { get; }

    public string Folder => _folder.Path;

    public int[] Prompt { get; }

    public int[] Generated { get; }

    public Fp8Policy Policy { get; }

    public bool Has(string tensor) => _golden.Find(tensor) is not null;

    public float[] Floats(string tensor) => _golden[tensor].AsSpan<float>().ToArray();

    public double[] Doubles(string tensor) => _golden[tensor].AsSpan<double>().ToArray();

    public IEnumerable<string> Tensors => _golden.Tensors.Select(t => t.Name);

    public long[] Longs(string tensor) => _golden[tensor].AsSpan<long>().ToArray();

    public CompiledModel Load(int width) => Load(new LoadOptions { VectorWidth = width });

    public CompiledModel Load(string device) => Load(new LoadOptions { Device = device });

    public CompiledModel Load(LoadOptions options) => ModelLoader.Load(Folder, options with { Fp8 = Policy, Threads = 2 });

    public void Dispose()
    {
        _golden.Dispose();
        _folder.Dispose();
    }
}
