using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Prints the forward pass as straight code that reads like the report, one kernel call a line, in the words of a target.</summary>
internal sealed class PassWriter
{
    // Kernels take of the cache what its format has.
    private static readonly (string, string)[] s_cache = [("pages", "pages"), ("ropePages", "ropePages"), ("pagesScale", "pagesScale")];

    private readonly ModelSpec _spec;
    private readonly Dialect _d;
    private readonly KernelCall _call;
    private readonly CodeWriter _w;
    private readonly IReadOnlyList<(string Name, int Columns, string Type)> _buffers;

    private readonly int? _parts;

    /// <param name="spec">The model.</param>
    /// <param name="kernels">Its kernels.</param>
    /// <param name="dialect">How the pass is spelled.</param>
    /// <param name="parts">Parts of the context that decode attention was tuned for (see <see cref="Schedules.Tuning.KernelChoice.Parts"/>); null for the runtime's own number.</param>
    /// <param name="writer">Where to.</param>
    public PassWriter(ModelSpec spec, IReadOnlyDictionary<string, TensorKernel> kernels, Dialect dialect, int? parts, CodeWriter writer)
    {
        _spec = spec;
        _parts = parts;
        _d = dialect;
        _call = new KernelCall(kernels, dialect);
        _w = writer;
        _buffers = Activations.Of(spec);
    }

    public void Print()
    {
        PrintForward();
        PrintHead();
        PrintDraft();
        PrintAttention();
        if (_d.Narrows && _spec.NumNextnPredictLayers > 0) PrintKeep();
        if (KernelSet.HasDense(_spec)) PrintDense();
        if (_spec.Experts is not null) PrintExperts();
    }

    /// <summary>The buffers of the session under their names.</summary>
    private void Use(params string[] names)
    {
        for (int i = 0; i < _buffers.Count; i++)
        {
            var (name, _, type) = _buffers[i];
            if (Array.IndexOf(names, name) < 0) continue;
            _w.Line($"{_d.Memory(type)} {name} = {_d.Buffer(Text.Of(i), type)};");
        }
    }

    private void PrintForward()
    {
        _w.Line();
        _w.Line("/// <summary>Embedding, the blocks, and the final norm.</summary>");
        _w.Open(_d.Part("protected override", "Forward", ""));
        _w.Line("int tokens = step.Count;");
        Use("x");
        _w.Line(_call.Print("Embed", ("ids", "step.Tokens"), ("table", "@Embedding"), ("x", "x")));
        _w.Line("step.Observe(\"embed\", -1, x, HiddenSize);");
        _w.Open($"for (int layer = 0; layer < {Text.Of(_spec.NumHiddenLayers)}; layer++)");
        PrintBlock("layer");
        _w.Close();
        _w.Line();
        _w.Line(_call.Print("FinalNorm", ("x", "x"), ("norm", "@ModelNorm"), ("y", "step.Hidden")));
        _w.Line("step.Observe(\"norm\", -1, step.Hidden, HiddenSize);");
        _w.Close();
    }

    private void PrintBlock(string layer)
    {
        _w.Line($"Attention(run, step, {layer}, x);");
        // The MTP block's kind is known; asking about it would be code that is never reached.
        string? condition = layer != "NumHiddenLayers" ? ExpertCondition(_spec, layer) : _spec.IsExpertLayer(_spec.NumHiddenLayers) ? "true" : null;
        if (condition == "true") _w.Line($"Experts(run, step, {layer}, x);");
        else if (condition is null) _w.Line($"FeedForward(run, step, {layer}, x);");
        else
        {
            _w.Line($"if ({condition}) Experts(run, step, {layer}, x);");
            _w.Line($"else FeedForward(run, step, {layer}, x);");
        }

        _w.Line($"step.Observe(\"block\", {layer}, x, HiddenSize);");
    }

    // Which blocks hold experts; null for none.
    internal static string? ExpertCondition(ModelSpec spec, string layer)
    {
        if (spec.Experts is not { } e) return null;
        if (!KernelSet.HasDense(spec)) return "true";
        string text = $"{layer} >= {Text.Of(e.FirstKDenseReplace)}";
        return e.MoeLayerFreq == 1 ? text : $"{layer} >= {Text.Of(spec.NumHiddenLayers)} || ({text} && {layer} % {Text.Of(e.MoeLayerFreq)} == 0)";
    }

    private void PrintHead()
    {
        _w.Line();
        _w.Line("/// <summary>Logits of normalised hidden rows.</summary>");
        _w.Open(_d.Part("protected override", "Head", $", {_d.Memory("float")} hidden, int rows, {_d.Memory("float")} logits, bool draft"));
        _w.Line("int tokens = rows;");
        string main = _spec.TieWordEmbeddings ? "Embedding" : "LmHead";
        string weight = _spec.NumNextnPredictLayers > 0 ? $"@draft ? MtpSlot(MtpHead) : {main}" : "@" + main;
        _w.Line($"if (tokens <= {_d.Streamed}) " + _call.Print("HeadDecode", ("x", "hidden"), ("weight", weight), ("y", "logits")));
        _w.Line("else " + _call.Print("HeadPrefill", ("x", "hidden"), ("weight", weight), ("y", "logits")));
        _w.Close();
    }

    private void PrintDraft()
    {
        _w.Line();
        _w.Line("/// <summary>The multi-token-prediction module (DeepSeek-V3 report, section 2.2).</summary>");
        _w.Open(_d.Part("protected override", "Draft", ""));
        if (_spec.NumNextnPredictLayers == 0)
        {
            _w.Line("throw new InvalidOperationException(\"This model has no multi-token-prediction module.\");");
            _w.Close();
            return;
        }

        _w.Line("int tokens = step.Count;");
        Use("x", "mtpInput");
        _w.Line(_call.Print("MtpInput", ("ids", "step.Tokens"), ("table", "@MtpSlot(MtpEmbedding)"), ("hidden", "step.Hidden"), ("enorm", "@MtpSlot(MtpEmbeddingNorm)"), ("hnorm", "@MtpSlot(MtpHiddenNorm)"), ("y", "mtpInput")));
        _w.Line($"if (tokens <= {_d.Streamed}) " + _call.Print("MtpProjectionDecode", ("x", "mtpInput"), ("weight", "@MtpSlot(MtpEhProj)"), ("y", "x")));
        _w.Line("else " + _call.Print("MtpProjectionPrefill", ("x", "mtpInput"), ("weight", "@MtpSlot(MtpEhProj)"), ("y", "x")));
        _w.Line("step.Observe(\"eh_proj\", NumHiddenLayers, x, HiddenSize);");
        if (_d.Narrows)
        {
            _w.Line("// No layer follows: of rows whose logits nobody wants only what they leave in the cache is ever used.");
            _w.Open("if (step.Unwanted is > 0 and var unwanted)");
            _w.Line("Keep(run, step, NumHiddenLayers, x, unwanted);");
            _w.Line("tokens = step.Narrow();");
            _w.Line("if (tokens == 0) return;");
            _w.Line("x += unwanted * HiddenSize;");
            _w.Close();
            _w.Line();
        }

        PrintBlock("NumHiddenLayers");
        _w.Line(_call.Print("FinalNorm", ("x", "x"), ("norm", "@MtpSlot(MtpNorm)"), ("y", "step.DraftHidden")));
        _w.Close();
    }

    private void PrintAttention()
    {
        bool latent = _spec.Attention is LatentAttentionSpec;
        bool lora = _spec.Attention is LatentAttentionSpec { QLoraRank: > 0 };
        _w.Line();
        _w.Line(latent ? "/// <summary>Multi-head latent attention (DeepSeek-V2 report, section 2.1), added to the residual stream.</summary>"
            : "/// <summary>Grouped-query attention, added to the residual stream.</summary>");
        _w.Open(_d.Part("private", "Attention", $", int layer, {_d.Memory("float")} x"));
        _w.Line("int tokens = step.Count;");
        UseCache();
        Use("q", "o", "queryLatent");
        _w.Open($"if (tokens <= {_d.Streamed})");
        PrintAttentionProjections("Decode", latent, lora);
        _w.Close();
        _w.Open("else");
        PrintAttentionProjections("Prefill", latent, lora);
        _w.Close();
        _w.Line();
        string up = latent ? "@w + KvBProj" : "";
        _w.Open($"if ({_d.Absorbed(latent)})");
        var shape = Algorithms.AttentionShape.Of(_spec.Attention, _spec.Rope, _spec.Formats.Cache);
        int tiles = (_spec.Attention.NumAttentionHeads + 3) / 4;
        _w.Line($"int splits = {_d.Splits(shape.HostItems == 1 ? "tokens" : $"{Text.Of(shape.HostItems)} * tokens", $"{Text.Of(tiles)} * tokens", _parts is { } parts ? ", " + Text.Of(parts) : "")};");
        if (_d.AsksAhead && _call.AsksAhead("AttentionDecode")) _w.Line("run.Ahead = Behind(layer);");
        _w.Line(_call.Print("AttentionDecode", Pairs([("q", "q"), ("weight", up), .. s_cache, ("o", "o")])));
        _w.Close();
        _w.Open("else");
        _w.Line(_call.Print("AttentionPrefill", Pairs([("q", "q"), ("weight", up), .. s_cache, ("o", "o")])));
        _w.Close();
        _w.Line();
        _w.Line($"if (tokens <= {_d.Streamed}) " + _call.Print("AttentionOutDecode", ("x", "o"), ("weight", "@w + OProj"), ("y", "x")));
        _w.Line("else " + _call.Print("AttentionOutPrefill", ("x", "o"), ("weight", "@w + OProj"), ("y", "x")));
        _w.Line("step.Observe(\"attention\", layer, x, HiddenSize);");
        _w.Close();
    }

    private void UseCache()
    {
        _w.Line($"{_d.Position} position = step.Position;");
        _w.Line("int w = Block(layer);");
        _w.Line($"{_d.Memory("float")} rope = step.Rope;");
        _w.Line(_d.Pages("pages", _spec.Formats.Cache));
        if (_spec.Formats.Cache == NumberFormat.E4M3) _w.Line(_d.Pages("ropePages", NumberFormat.BF16));
        if (_spec.Formats.Cache is NumberFormat.E4M3 or NumberFormat.I16) _w.Line(_d.Pages("pagesScale", NumberFormat.F32));
    }

    private void PrintKeep()
    {
        _w.Line();
        _w.Line("/// <summary>What the first rows leave in the cache of a layer.</summary>");
        _w.Open(_d.Part("private", "Keep", $", int layer, {_d.Memory("float")} x, int tokens"));
        UseCache();
        Use("q", "queryLatent");
        bool latent = _spec.Attention is LatentAttentionSpec, lora = _spec.Attention is LatentAttentionSpec { QLoraRank: > 0 };
        _w.Line($"if (tokens <= {_d.Streamed}) " + CacheRows("Decode", latent, lora));
        _w.Line("else " + CacheRows("Prefill", latent, lora));
        _w.Close();
    }

    private void PrintAttentionProjections(string form, bool latent, bool lora)
    {
        _w.Line(CacheRows(form, latent, lora));
        if (lora) _w.Line(_call.Print("QueryUp" + form, ("x", "queryLatent"), ("norm", "@w + QANorm"), ("weight", "@w + QBProj"), ("rope", "rope"), ("q", "q")));
    }

    /// <summary>The projections that fill the cache, and with them the first of the query.</summary>
    private string CacheRows(string form, bool latent, bool lora)
    {
        if (latent)
        {
            return _call.Print("LatentDown" + form, [("x", "x"), ("norm", "@w + InputNorm"), ("queryWeight", lora ? "@w + QAProj" : "@w + QProj"), ("latentWeight", "@w + KvAProj"),
                ("latentNorm", "@w + KvANorm"), ("rope", "rope"), ("queryLatent", "queryLatent"), ("q", "q"), .. s_cache]);
        }

        return _call.Print("QueryKeyValue" + form, ("x", "x"), ("norm", "@w + InputNorm"), ("queryWeight", "@w + QProj"), ("keyWeight", "@w + KProj"), ("valueWeight", "@w + VProj"),
            ("rope", "rope"), ("q", "q"), ("pages", "pages"));
    }

    private static (string, string)[] Pairs(params (string, string)[] pairs) => Array.FindAll(pairs, p => p.Item2.Length > 0);

    private void PrintDense()
    {
        _w.Line();
        _w.Line("/// <summary>A dense feed-forward block, added to the residual stream.</summary>");
        _w.Open(_d.Part("private", "FeedForward", $", int layer, {_d.Memory("float")} x"));
        _w.Line("int tokens = step.Count, w = Block(layer);");
        Use("hidden");
        foreach (var form in new[] { "Decode", "Prefill" })
        {
            _w.Open(form == "Decode" ? $"if (tokens <= {_d.Streamed})" : "else");
            _w.Line(_call.Print("DenseGateUp" + form, ("x", "x"), ("norm", "@w + PostAttentionNorm"), ("gate", "@w + GateProj"), ("up", "@w + UpProj"), ("h", "hidden")));
            _w.Line(_call.Print("DenseDown" + form, ("x", "hidden"), ("weight", "@w + DownProj"), ("y", "x")));
            _w.Close();
        }

        _w.Close();
    }

    private void PrintDownThenCombine(string down, MixtureOfExpertsSpec e)
    {
        _w.Line(_call.Print(down, ("h", "expertHidden"), ("expert", "expert"), ("offset", "offset"), ("weight", "#w + ExpertsDownProj"), ("y", "expertAnswer"), ("active", _d.Active(e.NRoutedExperts))));
        _w.Line(_call.Print("Combine", ("y", "expertAnswer"), ("slot", "slot"), ("weight", "routing"), ("x", "x")));
    }

    private void PrintExperts()
    {
        var e = _spec.Experts!;
        _w.Line();
        _w.Line("/// <summary>A mixture-of-experts block (DeepSeek-V3 report, section 2.1.2), added to the residual stream.</summary>");
        _w.Open(_d.Part("private", "Experts", $", int layer, {_d.Memory("float")} x"));
        _w.Line("int tokens = step.Count, w = Block(layer);");
        Use("normed", "logits", "chosen", "routing", "slot", "slotToken", "expert", "offset", "active", "expertHidden", "expertAnswer", e.NSharedExperts > 0 ? "hidden" : "");
        _w.Line(_call.Print("ExpertNorm", ("x", "x"), ("norm", "@w + PostAttentionNorm"), ("y", "normed")));
        _w.Line($"if (tokens <= {_d.Streamed}) " + _call.Print("RouterScoresDecode", ("x", "normed"), ("weight", "@w + RouterGate"), ("y", "logits")));
        _w.Line("else " + _call.Print("RouterScoresPrefill", ("x", "normed"), ("weight", "@w + RouterGate"), ("y", "logits")));
        _w.Line(_call.Print("RouterSelect", ("logits", "logits"), ("bias", "@w + RouterBias"), ("chosen", "chosen"), ("routing", "routing")));
        _w.Line("step.Observe(\"topk_weight\", layer, routing, NumExpertsPerTok);");
        _w.Line("step.ObserveExperts(layer, chosen, NumExpertsPerTok);");
        _w.Line(_call.Print("Dispatch", ("chosen", "chosen"), ("slot", "slot"), ("slotToken", "slotToken"), ("expert", "expert"), ("offset", "offset"), ("active", "active")));
        _w.Line("int slots = tokens * NumExpertsPerTok;");
        foreach (var form in new[] { "Decode", "Prefill" })
        {
            _w.Open(form == "Decode" ? $"if (tokens <= {_d.Streamed})" : "else");
            _w.Line(_call.Print("ExpertGateUp" + form, ("x", "normed"), ("expert", "expert"), ("offset", "offset"), ("slotToken", "slotToken"), ("gate", "#w + ExpertsGateProj"),
                ("up", "#w + ExpertsUpProj"), ("h", "expertHidden"), ("active", _d.Active(e.NRoutedExperts))));
            if (form == "Prefill") PrintDownThenCombine("ExpertDown", e);
            else
            {
                if (_d.GroupsDown) _w.Open($"if (tokens >= {Text.Of(Algorithms.Limits.LeastGrouped)})");
                if (_d.GroupsDown) PrintDownThenCombine("ExpertDownDecode", e);
                if (_d.GroupsDown) _w.Close();
                _w.Line((_d.GroupsDown ? "else " : "") + _call.Print("ExpertDownCombine", ("h", "expertHidden"), ("chosen", "chosen"), ("slot", "slot"), ("routing", "routing"), ("weight", "#w + ExpertsDownProj"), ("x", "x")));
            }

            if (e.NSharedExperts > 0)
            {
                _w.Line(_call.Print("SharedGateUp" + form, ("x", "normed"), ("gate", "@w + SharedGateProj"), ("up", "@w + SharedUpProj"), ("h", "hidden")));
                _w.Line(_call.Print("SharedDown" + form, ("x", "hidden"), ("weight", "@w + SharedDownProj"), ("y", "x")));
            }

            _w.Close();
        }

        _w.Close();
    }
}
