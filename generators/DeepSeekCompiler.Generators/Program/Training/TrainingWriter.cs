using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Program.Training;

/// <summary>Prints the nested class Training: layout, forward pass with losses, and backward pass as straight code, one kernel call a line.</summary>
internal sealed class TrainingWriter
{
    private readonly ModelSpec _spec;
    private readonly TrainingText _text;
    private readonly TrainingDialect _d;
    private readonly CodeWriter _w = new();
    private readonly TrainingBuffers _buffers;

    private TrainingWriter(ModelSpec spec, IReadOnlyDictionary<string, TensorKernel> kernels, TrainingDialect dialect)
    {
        (_spec, _d) = (spec, dialect);
        _buffers = new TrainingBuffers(spec);
        _text = new TrainingText(kernels, _buffers, dialect, _w);
    }

    /// <summary>The file of the pass.</summary>
    public static string Print(ModelSpec spec, IReadOnlyDictionary<string, TensorKernel> kernels, CompileOptions options) => new TrainingWriter(spec, kernels, TrainingDialect.Host).Print(options);

    /// <summary>The file of the same pass on a device.</summary>
    public static string PrintDevice(ModelSpec spec, IReadOnlyDictionary<string, TensorKernel> kernels, DeviceTarget target) => new TrainingWriter(spec, kernels, TrainingDialect.Device).Print(target);

    private bool HasMtp => _spec.NumNextnPredictLayers > 0;

    private string Floats => _d.Memory("float");

    private string Head => _spec.TieWordEmbeddings ? "Embedding" : "LmHead";

    private string Print(CompileOptions options)
    {
        GeneratedHeader.Print(_w, _spec, ["System", "System.Collections.Generic", "DeepSeekCompiler.Kernels.Formats", "DeepSeekCompiler.Runtime.Execution", "DeepSeekCompiler.Runtime.Models", "DeepSeekCompiler.Runtime.Training", .. HasDevices(options) ? Usings : []]);
        _w.Open($"partial class {_spec.ClassName}");
        _w.Summary("The training pass: gradients of every tensor, masters in float32.");
        _w.Line("/// <param name=\"batch\">Most rows of a micro-batch.</param>");
        _w.Line("/// <param name=\"length\">Most tokens of a row.</param>");
        _w.Line("/// <param name=\"threads\">0 for all processors.</param>");
        _w.Open($"public sealed unsafe partial class Training(int batch, int length, int threads = 0) : TrainingPass(s_layout, batch, length, threads){(HasDevices(options) ? ", IDeviceTraining" : "")}");
        PrintLayout();
        if (HasDevices(options)) PrintChoice(options);
        PrintPass();
        _w.Close();
        _w.Close();
        return _w.ToString();
    }

    private string Print(DeviceTarget target)
    {
        GeneratedHeader.Print(_w, _spec, ["System", "DeepSeekCompiler.Runtime.Training", .. Usings, "DeepSeekCompiler.Runtime.Gpu.Execution", "ILGPU", "ILGPU.Runtime"]);
        _w.Open($"partial class {_spec.ClassName}");
        _w.Open("partial class Training");
        _w.Summary($"The training pass on {target.Description}.");
        _w.Open($"public sealed partial class {target.ClassName} : DeviceTrainingProgram");
        _w.Line("/// <inheritdoc/>");
        _w.Line($"public override int Threads => {Text.Of(target.Threads)};");
        PrintPass();
        _w.Close();
        _w.Close();
        _w.Close();
        return _w.ToString();
    }

    private static bool HasDevices(CompileOptions options) => options.TrainingDevices != DeviceVariants.None;

    private static string[] Usings => ["DeepSeekCompiler.Runtime.Gpu.Devices", "DeepSeekCompiler.Runtime.Gpu.Training"];

    private void PrintPass()
    {
        PrintChosen();
        PrintForward();
        PrintBackward();
        PrintHead();
        if (HasMtp) PrintMtp();
        PrintBlocks();
        new TrainingAttentionWriter(_spec, _text, _w).Print();
        new TrainingFeedForwardWriter(_spec, _text, _w).Print();
    }

    private void PrintChoice(CompileOptions options)
    {
        _w.Line();
        _w.Line("/// <inheritdoc/>");
        _w.Line("DeviceTrainingProgram? IDeviceTraining.CreateProgram(DeviceVariant variant) => variant switch");
        _w.Line("{");
        foreach (var (variant, target) in DeviceTargets.OfTraining(options)) _w.Line($"    DeviceVariant.{variant} => new {target.ClassName}(),");
        _w.Line("    _ => null,");
        _w.Line("};");
    }

    private void PrintLayout()
    {
        int blocks = _spec.NumHiddenLayers + _spec.NumNextnPredictLayers;
        _w.Line("private static readonly TrainingLayout s_layout = new()");
        _w.Line("{");
        _w.Line("    Info = s_info,");
        _w.Line("    Manifest = CreateManifest(),");
        _w.Line($"    Tied = {(HasMtp ? $"[(MtpSlot(MtpEmbedding), Embedding), (MtpSlot(MtpHead), {Head})]" : "[]")},");
        var experts = Enumerable.Range(0, blocks).Where(_spec.IsExpertLayer);
        bool biased = _spec.Experts?.TopkMethod == TopkMethod.NoAuxTc;
        _w.Line($"    ExpertLayers = [{string.Join(", ", experts.Select(l => $"({Text.Of(l)}, {(biased ? $"Block({Text.Of(l)}) + RouterBias" : "-1")})"))}],");
        _w.Line($"    Experts = {Text.Of(_spec.Experts?.NRoutedExperts ?? 0)},");
        _w.Line($"    ExpertsPerToken = {Text.Of(_spec.Experts?.NumExpertsPerTok ?? 0)},");
        _w.Line($"    Blocks = {Text.Of(blocks)},");
        foreach (var (name, list) in new[] { ("Kept", _buffers.Kept), ("Work", _buffers.Work), ("Chunk", _buffers.Chunk) })
            _w.Line($"    {name} = [{string.Join(", ", list.Select(b => Text.Of(b.Columns)))}],");
        if (HasMtp) _w.Line($"    MtpActiveParameters = {Cost.OfMtp(_spec, Manifest.Of(_spec)).Active.ToString(CultureInfo.InvariantCulture)},");
        if (_spec.Precision != TrainingPrecision.Float32) _w.Line($"    Precision = global::DeepSeekCompiler.TrainingPrecision.{_spec.Precision},");
        _w.Line($"    RopeFrequencies = [{string.Join(", ", RopeTable.Frequencies(_spec.Rope, _spec.Attention.RopeDim).Select(Text.Of))}],");
        _w.Line($"    RopeMagnitude = {Text.Of((float)RopeTable.Scale(_spec.Rope))},");
        _w.Line("};");
    }

    private void PrintChosen()
    {
        _w.Line();
        _w.Line("/// <inheritdoc/>");
        string chosen = _spec.Experts is null ? _d.None : _d.As("int", $"Kept(block, {Text.Of(_buffers.Kept.FindIndex(b => b.Name == "chosen"))})");
        _w.Line($"protected override {_d.Memory("int")} Chosen(int block) => {chosen};");
    }

    private void PrintForward()
    {
        _w.Line();
        _w.Line("/// <inheritdoc/>");
        _w.Open($"protected override void Forward({_d.Run}, {_d.Step})");
        _w.Line("int tokens = step.Batch * step.Length;");
        _text.Whole("hidden", "dhidden", "last");
        _w.Line(_text.Call("Embed", ("ids", "step.Ids"), ("table", "@Embedding"), ("x", "Kept(0, 0)")));
        _w.Line($"for (int block = 0; block < {Text.Of(_spec.NumHiddenLayers)}; block++) BlockForward(run, step, block, step.Length, block + 1 < {Text.Of(_spec.NumHiddenLayers)} ? Kept(block + 1, 0) : last);");
        _w.Line(_text.Call("Norm", ("x", "last"), ("norm", "@ModelNorm"), ("y", "hidden")));
        _w.Line("Loss(run, step, hidden, dhidden, step.Targets, step.Margins, step.Totals, step.MainFactor, tokens);");
        if (HasMtp) _w.Line("MtpForward(run, step);");
        _w.Close();
    }

    private void PrintBackward()
    {
        _w.Line();
        _w.Line("/// <inheritdoc/>");
        _w.Open($"protected override void Backward({_d.Run}, {_d.Step})");
        _w.Line("int tokens = step.Batch * step.Length;");
        _text.Whole("last", "dhidden", "dx", "inverse");
        if (HasMtp) _w.Line("MtpBackward(run, step);");
        _text.NormBackward("FinalNorm", "last", "ModelNorm", "dhidden", "dx", "NormWeight");
        _w.Line($"for (int block = {Text.Of(_spec.NumHiddenLayers - 1)}; block >= 0; block--) BlockBackward(run, step, block, step.Length, dx);");
        _w.Line(_text.Call("EmbedBackward", ("ids", "step.Ids"), ("dx", "dx"), ("de", "Gradient(Embedding)")));
        _w.Close();
    }

    private void PrintHead()
    {
        _w.Line();
        _w.Summary("Head and cross entropy, tile by tile of tokens: logits and their gradients exist for one tile at a time.");
        _w.Open($"private void Loss({_d.Run}, {_d.Step}, {Floats} hidden, {Floats} dhidden, {_d.Memory("int")} targets, {Floats} margins, {Floats} totals, {Floats} factor, int all)");
        _w.Open("for (int at = 0; at < all; at += TrainingStep.HeadTile)");
        _w.Line("int tokens = Math.Min(TrainingStep.HeadTile, all - at);");
        _w.Line($"{Floats} rows = {_d.From("hidden", "(long)at * HiddenSize")};");
        _w.Line(_text.Call("HeadScores", ("x", "rows"), ("weight", "@" + Head), ("y", "step.Logits")));
        _w.Line(_text.Call("CrossEntropy", ("logits", "step.Logits"), ("target", _d.From("targets", "at")), ("factor", "factor"), ("margin", _d.From("margins", "at")), ("total", _d.From("totals", "at"))));
        _w.Line("if (!step.Backward) continue;");
        _w.Line(_text.Call("HeadScoresWeight", ("dy", "step.Logits"), ("x", "rows"), ("dw", $"Gradient({Head})")));
        _w.Line(_text.Call("HeadScoresInput", ("dy", "step.Logits"), ("weight", "@" + Head), ("dx", _d.From("dhidden", "(long)at * HiddenSize"))));
        _w.Close();
        _w.Close();
    }

    private void PrintMtp()
    {
        string block = Text.Of(_spec.NumHiddenLayers);
        _w.Line();
        _w.Summary("The multi-token-prediction module (DeepSeek-V3 report, section 2.2), on rows one token shorter; embedding and head are the main ones.");
        _w.Open($"private void MtpForward({_d.Run}, {_d.Step})");
        _w.Line("int tokens = step.Batch * (step.Length - 1);");
        _text.Whole("hidden", "mtpEmbedding", "mtpHidden", "mtpInput", "mtpLast", "mtpNormed", "dmtp");
        _w.Line(_text.Call("Embed", ("ids", "step.MtpIds"), ("table", "@Embedding"), ("x", "mtpEmbedding")));
        _w.Line("// The hidden states in front of a next token.");
        _w.Line(_text.Call("Embed", ("ids", "step.MtpRows"), ("table", "hidden"), ("x", "mtpHidden")));
        _w.Line(_text.Call("MtpNorm", ("x", "mtpEmbedding"), ("norm", "@MtpSlot(MtpEmbeddingNorm)"), ("y", "mtpInput")));
        _w.Line(_text.Call("MtpNorm", ("x", "mtpHidden"), ("norm", "@MtpSlot(MtpHiddenNorm)"), ("y", _d.From("mtpInput", "HiddenSize"))));
        _text.Chunks("MtpProject", "step", "tokens");
        _w.Line($"BlockForward(run, step, {block}, step.Length - 1, mtpLast);");
        _w.Line(_text.Call("Norm", ("x", "mtpLast"), ("norm", $"@MtpSlot({_spec.ClassName}.MtpNorm)"), ("y", "mtpNormed")));
        _w.Line("Loss(run, step, mtpNormed, dmtp, step.MtpTargets, step.MtpMargins, step.MtpTotals, step.MtpFactor, tokens);");
        _w.Close();
        _w.Line();
        _w.Open($"private void MtpProject({_d.Run}, {_d.Step}, int at, int tokens)");
        _w.Line($"int block = {block};");
        _text.Part("mtpInput", "x");
        _w.Line(_text.Call("MtpProjection", ("x", "mtpInput"), ("weight", "@MtpSlot(MtpEhProj)"), ("y", "x")));
        _w.Close();
        _w.Line();
        _w.Summary("Back through the module, into the embedding and the main model's hidden states.");
        _w.Open($"private void MtpBackward({_d.Run}, {_d.Step})");
        _w.Line("int tokens = step.Batch * (step.Length - 1);");
        _text.Whole("dhidden", "mtpEmbedding", "mtpHidden", "mtpInput", "dmtpInput", "mtpLast", "dmtp", "dx", "inverse");
        _text.NormBackward("FinalNorm", "mtpLast", $"MtpSlot({_spec.ClassName}.MtpNorm)", "dmtp", "dx", "NormWeight");
        _w.Line($"BlockBackward(run, step, {block}, step.Length - 1, dx);");
        _w.Line(_text.Call("MtpProjectionWeight", ("dy", "dx"), ("x", "mtpInput"), ("dw", "Gradient(MtpSlot(MtpEhProj))")));
        _w.Line(_text.Call("MtpProjectionInput", ("dy", "dx"), ("weight", "@MtpSlot(MtpEhProj)"), ("dx", "dmtpInput")));
        _text.NormBackward("MtpNorm", "mtpEmbedding", "MtpSlot(MtpEmbeddingNorm)", "dmtpInput", "dmtp");
        _w.Line(_text.Call("EmbedBackward", ("ids", "step.MtpIds"), ("dx", "dmtp"), ("de", "Gradient(Embedding)")));
        _text.NormBackward("MtpNorm", "mtpHidden", "MtpSlot(MtpHiddenNorm)", _d.From("dmtpInput", "HiddenSize"), "dmtp");
        _w.Line(_text.Call("EmbedBackward", ("ids", "step.MtpRows"), ("dx", "dmtp"), ("de", "dhidden")));
        _w.Close();
    }

    private void PrintBlocks()
    {
        _w.Line();
        _w.Summary("A block over all rows: reads what it keeps as x, writes the residual stream behind it.");
        _w.Open($"private void BlockForward({_d.Run}, {_d.Step}, int block, int length, {Floats} output)");
        _w.Line("int batch = step.Batch, all = batch * length;");
        _text.Whole("q", "k", "v", "o", "most", "share");
        _text.Chunks("AttentionInput", "step, block, length", "all");
        _w.Line(_text.Call("Attention", ("q", "q"), ("k", "k"), ("v", "v"), ("o", "o"), ("most", "most"), ("share", "share")));
        _text.Chunks("AttentionOutput", "block, output", "all");
        _w.Close();
        _w.Line();
        _w.Summary("Back through a block: dx comes in as the gradient of what follows it and goes out as that of its input.");
        _w.Open($"private void BlockBackward({_d.Run}, {_d.Step}, int block, int length, {Floats} dx)");
        _w.Line("int batch = step.Batch, all = batch * length;");
        _text.Whole("q", "k", "v", "o", "most", "share", "do_", "dq", "dk", "dv");
        if (_spec.Experts is not null)
        {
            string? condition = ExpertCondition("block");
            _w.Line((condition == "true" ? "" : $"if ({condition}) ") + "Balance(run, step, block, length);");
        }

        _text.Chunks("AttentionOutputBackward", "step, block, length, dx", "all");
        _w.Line(_text.Call("AttentionBackward", ("q", "q"), ("k", "k"), ("v", "v"), ("o", "o"), ("most", "most"), ("share", "share"), ("do_", "do_"), ("dq", "dq"), ("dk", "dk"), ("dv", "dv")));
        _text.Chunks("AttentionInputBackward", "step, block, length, dx", "all");
        _w.Close();
        foreach (bool backward in new[] { false, true })
        {
            _w.Line();
            string name = backward ? "FeedForwardBackward" : "FeedForward";
            _w.Open($"private void {name}({_d.Run}, {(backward ? $"{_d.Step}, int block, int length, {Floats} dx" : $"int block, {Floats} output")}, int at, int tokens)");
            string rest = backward ? "run, step, block, length, dx, at, tokens" : "run, block, output, at, tokens";
            string? condition = _spec.Experts is null ? null : ExpertCondition("block");
            if (condition != null && condition != "true") _w.Line($"if ({condition}) Experts{(backward ? "Backward" : "Forward")}({rest});");
            if (condition == "true") _w.Line($"Experts{(backward ? "Backward" : "Forward")}({rest});");
            else _w.Line((condition is null ? "" : "else ") + $"Dense{(backward ? "Backward" : "Forward")}({rest.Replace("step, ", "").Replace("length, ", "")});");
            _w.Close();
        }
    }

    private string? ExpertCondition(string block) => PassWriter.ExpertCondition(_spec, block);
}
