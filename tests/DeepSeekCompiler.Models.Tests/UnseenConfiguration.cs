using System.Text.Json.Nodes;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

// Declarations have enumerations of the same names.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;

/// <summary>Makes a checkpoint of a changed configuration and compares the compiled model with the reference.</summary>
internal static class UnseenConfiguration
{
    private const int Prompt = 21;

    /// <param name="name">What the configuration is like.</param>
    /// <param name="changes">What it changes.</param>
    /// <param name="width">Bits of a vector.</param>
    /// <param name="split">Whether prompts of narrow weights multiply float32 numbers too.</param>
    public static void Check(string name, string changes, int width, bool split) =>
        Check(name, changes, $"{width} bits", new LoadOptions { VectorWidth = width, Threads = 2, SplitActivations = split });

    public static void Check(string name, string changes, string target, LoadOptions options)
    {
        using var folder = new TempFolder();
        string dtype = "f32";
        var policy = Fp8Policy.WeightOnly;
        var config = JsonNode.Parse(File.ReadAllText(GoldenFiles.Path("v3-tiny", "config.json")))!.AsObject();
        foreach (string change in changes.Split(' '))
        {
            var parts = change.Split('=');
            if (parts[0] == "dtype") dtype = parts[1];
            else if (parts[0] == "policy") policy = Fp8Policy.Full;
            else config[parts[0]] = JsonNode.Parse(parts[1]);
        }

        File.WriteAllText(folder["source.json"], config.ToJsonString());
        string model = folder["model"];
        RecipeFolder.Write(folder["source.json"], 7, model, dtype);
        using var compiled = ModelLoader.Load(model, options with { Fp8 = policy });
        using var weights = new ReferenceWeights(model);
        var spec = CheckpointSpec.Read(model);
        spec = spec with { Formats = spec.Formats with { Fp8 = policy } };
        var reference = new ReferenceModel(spec, weights);
        bool whole = options.Device == "host" && dtype != "f32" && !options.SplitActivations;
        double limit = whole ? Tolerances.WholeLogits : options.Device == "host" ? Tolerances.Logits : Tolerances.DeviceLogits;
        var rows = new RowComparison(spec.VocabSize, policy == Fp8Policy.Full ? Tolerances.RowsWithoutFlips : 1, limit);
        var random = new Random(5);
        int[] tokens = Enumerable.Range(0, Prompt).Select(_ => random.Next(spec.VocabSize)).ToArray();
        var expected = tokens.SelectMany(reference.Step).Select(l => (float)l).ToArray();
        foreach (var form in new[] { AttentionForm.Expanded, AttentionForm.Absorbed })
        {
            string what = $"{name}, {target}, {form}";
            using var session = new Session(compiled, 64) { Form = form };
            var trace = new TraceObserver();
            session.Observer = trace;
            var logits = new float[expected.Length];
            session.Forward(tokens, logits, LogitRows.All);
            var difference = policy == Fp8Policy.Full ? null : trace.FirstDifference(reference.Trace, whole ? Tolerances.WholeHidden : Tolerances.Hidden);
            Assert.True(difference is null, $"{what}: {difference}");
            rows.Add(expected, logits, what);
            session.Rewind(0);
            session.Observer = null;
            for (int i = 0; i < tokens.Length; i++)
            {
                session.Forward(tokens.AsSpan(i, 1), logits.AsSpan(0, spec.VocabSize));
                rows.Add(expected.AsSpan(i * spec.VocabSize, spec.VocabSize), logits.AsSpan(0, spec.VocabSize), what + ", one by one");
            }

            if (spec.NumNextnPredictLayers == 0) continue;
            session.Rewind(0);
            session.Forward(tokens, [], LogitRows.None);
            session.Rewind(Prompt - 1);
            session.Draft(tokens.AsSpan(1), logits.AsSpan(0, (Prompt - 1) * spec.VocabSize), LogitRows.All);
            for (int i = 0; i + 1 < Prompt; i++)
                rows.Add(reference.Draft(i, tokens[i + 1]).Select(l => (float)l).ToArray(), logits.AsSpan(i * spec.VocabSize, spec.VocabSize), what + ", MTP");
        }

        rows.Check();
    }
}
