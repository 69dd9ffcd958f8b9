using System.Linq;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Prints the constants of a model class and its ModelInfo.</summary>
internal sealed class FactsWriter(ModelSpec spec, Manifest manifest, CodeWriter w)
{
    public void Print(CompileOptions options)
    {
        var cost = Cost.Of(spec, manifest);
        Constant("int", "HiddenSize", spec.HiddenSize, "Width of the residual stream.");
        Constant("int", "NumHiddenLayers", spec.NumHiddenLayers, "Blocks of the main model.");
        Constant("int", "VocabSize", spec.VocabSize, "Rows of the embedding and the head.");
        if (spec.Experts is { } e) Constant("int", "NumExpertsPerTok", e.NumExpertsPerTok, "Routed experts of a token.");
        int number = spec.Formats.Cache.Bytes();
        Constant("int", "CacheRow", spec.Attention.CacheRowBytes(spec.Formats.Cache), "Bytes that a token leaves in the cache of one layer.");
        Constant("long", "TotalParameters", cost.Total, "Parameters of the main model, embedding and head included.");
        Constant("long", "ActiveParameters", cost.Active, "Parameters multiplied for one token: attention, feed-forward or chosen experts, head.");
        Constant("long", "FlopsPerToken", 2 * cost.Active, "Floating-point operations of a token's products with weights; attention over the context comes on top.");
        Constant("long", "CacheBytesPerToken", (long)spec.Attention.CacheRowBytes(spec.Formats.Cache) * spec.NumHiddenLayers, "Bytes that a token leaves in the caches of the main model.");
        long head = (long)spec.Attention.QkHeadDim + spec.Attention.ValueDim;
        Constant("long", "MultiHeadCacheBytesPerToken", head * spec.Attention.NumAttentionHeads * number * spec.NumHiddenLayers, "What multi-head attention with the same heads would leave.");
        Constant("long", "MultiQueryCacheBytesPerToken", head * number * spec.NumHiddenLayers, "What multi-query attention with the same heads would leave.");
        w.Line("/// <summary>Hash of the declaration; a checkpoint whose configuration has the same one runs on this class.</summary>");
        w.Line($"public const string SpecHash = {Quote(SpecText.Hash(spec))};");
        w.Line();
        w.Line("private static readonly ModelInfo s_info = new()");
        w.Line("{");
        Property("Name", Quote(spec.ClassName.TrimStart('@')));
        Property("Family", Quote(spec.Family));
        Property("VocabSize", "VocabSize");
        Property("HiddenSize", "HiddenSize");
        Property("NumHiddenLayers", "NumHiddenLayers");
        Property("NumNextnPredictLayers", Text.Of(spec.NumNextnPredictLayers));
        Property("MaxPositionEmbeddings", Text.Of(spec.MaxPositionEmbeddings));
        Property("CacheRowBytes", "CacheRow");
        Property("TotalParameters", "TotalParameters");
        Property("ActiveParameters", "ActiveParameters");
        Property("ActiveBytes", Text.Of(cost.ActiveBytes) + "L");
        Property("Formats", Quote(Formats()));
        Property("VectorWidths", $"[{string.Join(", ", ModelCompiler.Targets(options).Select(t => Text.Of(t.Width)))}]");
        w.Line("};");
        w.Line();
        w.Line("/// <inheritdoc/>");
        w.Line("public override ModelInfo Info => s_info;");
        PrintLoad();
    }

    private void PrintLoad()
    {
        w.Line();
        w.Line("/// <summary>Opens the weights of a model folder. Dispose the model to close them.</summary>");
        w.Line("/// <param name=\"folder\">Safetensors files as on Hugging Face.</param>");
        w.Line("/// <param name=\"threads\">0 for all processors.</param>");
        w.Open($"public static {spec.ClassName} Load(string folder, int threads = 0)");
        w.Line($"var model = new {spec.ClassName}();");
        w.Line("ModelFolder.Bind(model, folder, threads);");
        w.Line("return model;");
        w.Close();
        w.Line();
        w.Line("/// <summary>Continues a text; see <see cref=\"ModelFolder.Generate\"/>.</summary>");
        w.Line("public GenerationStatistics Generate(ModelTokenizer tokenizer, string prompt, Action<string> onText, GenerationOptions? options = null, CancellationToken cancellation = default) =>");
        w.Line("    ModelFolder.Generate(this, tokenizer, prompt, onText, options, cancellation);");
    }

    private string Formats()
    {
        string other = spec.Formats.Other.ToString().ToLowerInvariant();
        string head = spec.Formats.Head == spec.Formats.Other ? "" : $", head {(spec.Formats.Head == NumberFormat.E4M3 ? "fp8" : spec.Formats.Head.ToString().ToLowerInvariant())}";
        if (spec.Formats.Linear == spec.Formats.Other) return other + head;
        string policy = spec.Formats.Fp8 == Fp8Policy.Full ? "full" : "weight-only";
        return $"fp8 ({policy}){head}, rest {other}";
    }

    private static string Quote(string text) => "\"" + text + "\"";

    private void Property(string name, string value) => w.Line($"    {name} = {value},");

    private void Constant(string type, string name, long value, string summary)
    {
        w.Line($"/// <summary>{summary}</summary>");
        w.Line($"public const {type} {name} = {Text.Of(value)}{(type == "long" ? "L" : "")};");
        w.Line();
    }
}
