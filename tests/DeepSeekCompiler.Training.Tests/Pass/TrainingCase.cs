using System.Text.Json;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Models.Tests;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Training;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Training.Tests.Pass;

/// <summary>The golden training case: a pass with the recipe's weights, and the published losses and gradients.</summary>
internal sealed unsafe class TrainingCase : IDisposable
{
    private readonly GoldenCase _golden = new("train");
    private readonly JsonElement _facts = JsonDocument.Parse(File.ReadAllText(GoldenFiles.Path("train", "golden.json"))).RootElement;

    public TrainingCase(int width, int threads = 2)
        : this(new() { Batch = 2, Length = 24, Threads = threads, VectorWidth = width })
    {
    }

    /// <param name="options">Room for two rows of 24 tokens.</param>
    public TrainingCase(TrainingOptions options)
    {
        Pass = TrainingCompiler.Open(CheckpointSpec.ReadConfig(Path.Combine(_golden.Folder, "config.json")), options);
        Fill();
    }

    public TrainingPass Pass { get; }

    public double Fact(string name) => _facts.GetProperty(name).GetDouble();

    public double SgdLoss => _facts.GetProperty("sgd_check").GetProperty("loss_after_one_plain_sgd_step").GetDouble();

    public double SgdRate => _facts.GetProperty("sgd_check").GetProperty("lr").GetDouble();

    public string[] GradientNames => [.. _facts.GetProperty("grad_tensors").EnumerateArray().Select(e => e.GetString()!)];

    public GoldenCase Golden => _golden;

    public MicroBatchLoss Run(LossOptions options)
    {
        Pass.ClearGradients();
        return Pass.Accumulate(_golden.Prompt, 2, 24, options);
    }

    public TrainingParameter Parameter(string name) => Pass.Parameters.Single(p => p.Name == name);

    public static ReadOnlySpan<float> Gradient(TrainingParameter p) => new(p.Gradients, checked((int)p.Count));

    public void Dispose()
    {
        Pass.Dispose();
        _golden.Dispose();
    }

    /// <summary>The recipe's weights.</summary>
    public void Fill()
    {
        using var checkpoint = Checkpoint.Open(_golden.Folder);
        foreach (var p in Pass.Parameters) checkpoint.Find(p.Name)!.AsSpan<float>().CopyTo(new Span<float>(p.Values, checked((int)p.Count)));
        foreach (var layer in Pass.ExpertLayers) checkpoint.Find(layer.BiasName!)!.AsSpan<float>().CopyTo(new Span<float>(layer.Bias, layer.Load.Length));
    }
}
