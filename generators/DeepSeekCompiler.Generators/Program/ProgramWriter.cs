using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Prints the model class: facts, manifest, and the forward pass for every target.</summary>
internal sealed class ProgramWriter
{
    private readonly ModelSpec _spec;
    private readonly Manifest _manifest;
    private readonly CodeWriter _w = new();
    private readonly IReadOnlyList<(string Name, int Columns, string Type)> _buffers;

    private readonly IReadOnlyDictionary<string, TensorKernel> _kernels;

    private ProgramWriter(ModelSpec spec, IReadOnlyDictionary<string, TensorKernel> kernels)
    {
        _spec = spec;
        _manifest = Manifest.Of(spec);
        _kernels = kernels;
        _buffers = Activations.Of(spec);
    }

    public static string Print(ModelSpec spec, CompileOptions options, IReadOnlyDictionary<string, TensorKernel> kernels) => new ProgramWriter(spec, kernels).Print(options);

    private string Print(CompileOptions options)
    {
        GeneratedHeader.Print(_w, _spec, ["System", "System.Collections.Generic", "System.Threading", "DeepSeekCompiler.Kernels.Formats", "DeepSeekCompiler.Runtime.Execution", "DeepSeekCompiler.Runtime.Generation", "DeepSeekCompiler.Runtime.Models", "DeepSeekCompiler.Runtime.Tokenizers", .. DeviceProgramWriter.Usings(options)]);
        _w.Line($"partial class {_spec.ClassName} : CompiledModel{(options.Devices == DeviceVariants.None ? "" : ", IDeviceModel")}");
        _w.Open("");
        new FactsWriter(_spec, _manifest, _w).Print(options);
        new ManifestWriter(_spec, _manifest, _w).Print();
        PrintBuffers();
        if (TuningTargets.Chunk(_spec, options.Tuning) is { } chunk)
        {
            _w.Line();
            _w.Line("/// <summary>As the tuning file has it.</summary>");
            _w.Line($"protected override int PromptChunk => {Text.Of(chunk)};");
        }

        new PassWriter(_spec, _kernels, Dialect.Host, TuningTargets.Parts(_spec, options.Tuning, ModelCompiler.Targets(options)[0]), _w).Print();
        DeviceProgramWriter.PrintAll(_spec, _kernels, options, _w);
        _w.Close();
        return _w.ToString().Replace("CompiledModel\n\n{", "CompiledModel\n{").Replace("IDeviceModel\n\n{", "IDeviceModel\n{");
    }

    private void PrintBuffers()
    {
        _w.Line();
        _w.Line("/// <inheritdoc/>");
        _w.Line($"protected override IReadOnlyList<int> BufferColumns {{ get; }} = [{string.Join(", ", Columns())}];");
        _w.Line();
        _w.Line("/// <inheritdoc/>");
        _w.Line($"protected override int CacheLayers => {Text.Of(_spec.NumHiddenLayers + _spec.NumNextnPredictLayers)};");
        _w.Line();
        _w.Line("/// <inheritdoc/>");
        _w.Line("protected override int CacheRowBytes => CacheRow;");
        _w.Line();
        _w.Line("/// <inheritdoc/>");
        var frequencies = RopeTable.Frequencies(_spec.Rope, _spec.Attention.RopeDim);
        _w.Line("protected override ReadOnlySpan<float> RopeFrequencies =>");
        _w.Line("[");
        for (int i = 0; i < frequencies.Length; i++) _w.Line($"    {Text.Of(frequencies[i])},");
        _w.Line("];");
        _w.Line();
        _w.Line("/// <inheritdoc/>");
        _w.Line($"protected override float RopeMagnitude => {Text.Of((float)RopeTable.Scale(_spec.Rope))};");
    }

    private IEnumerable<string> Columns()
    {
        foreach (var (_, columns, _) in _buffers) yield return Text.Of(columns);
    }
}
