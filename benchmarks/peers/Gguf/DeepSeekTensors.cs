using System.Globalization;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Peers.Gguf;

// Declarations have enumerations of the same names.
using TopkMethod = DeepSeekCompiler.Generators.Spec.TopkMethod;

/// <summary>The tensors of a checkpoint under the names and in the layout that llama.cpp wants for latent attention.</summary>
/// <remarks>Matrices have the format asked for; vectors and routers are float32, as its own converter leaves them. MTP modules stay out.</remarks>
internal sealed class DeepSeekTensors
{
    private const string Stacked = "_exps.weight";

    private readonly ModelSpec _spec;
    private readonly LatentAttentionSpec _attention;
    private readonly Checkpoint _checkpoint;
    private readonly GgufType _type;
    private readonly List<GgufTensor> _tensors = [];

    private DeepSeekTensors(ModelSpec spec, Checkpoint checkpoint, GgufType type)
    {
        (_spec, _checkpoint, _type) = (spec, checkpoint, type);
        _attention = (LatentAttentionSpec)spec.Attention;
    }

    /// <param name="spec">One that <see cref="DeepSeekMetadata"/> took.</param>
    /// <param name="checkpoint">In float32 or bfloat16.</param>
    /// <param name="type">Of the matrices.</param>
    public static IReadOnlyList<GgufTensor> Of(ModelSpec spec, Checkpoint checkpoint, GgufType type)
    {
        var tensors = new DeepSeekTensors(spec, checkpoint, type);
        tensors.Matrix("token_embd.weight", "model.embed_tokens.weight");
        for (int layer = 0; layer < spec.NumHiddenLayers; layer++) tensors.Layer(layer);
        tensors.Vector("output_norm.weight", "model.norm.weight");
        if (!spec.TieWordEmbeddings) tensors.Matrix("output.weight", "lm_head.weight");
        return tensors._tensors;
    }

    /// <summary>Bytes that are read for one token: of the embedding one row, of the stacked experts those that a token chooses.</summary>
    public static long ActiveBytes(ModelSpec spec, IReadOnlyList<GgufTensor> tensors) => tensors.Sum(t =>
        t.Name == "token_embd.weight" && !spec.TieWordEmbeddings ? t.RowBytes
        : t.Name.EndsWith(Stacked, StringComparison.Ordinal) ? t.Bytes / spec.Experts!.NRoutedExperts * spec.Experts.NumExpertsPerTok
        : t.Bytes);

    private void Layer(int layer)
    {
        string to = string.Create(CultureInfo.InvariantCulture, $"blk.{layer}."), from = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
        Vector(to + "attn_norm.weight", from + "input_layernorm.weight");
        Attention(to, from + "self_attn.");
        Vector(to + "ffn_norm.weight", from + "post_attention_layernorm.weight");
        if (_spec.IsExpertLayer(layer)) Experts(to, from + "mlp.", _spec.Experts!);
        else FeedForward(to, from + "mlp.", "");
    }

    private void Attention(string to, string from)
    {
        if (_attention.QLoraRank > 0)
        {
            Matrix(to + "attn_q_a.weight", from + "q_a_proj.weight");
            Vector(to + "attn_q_a_norm.weight", from + "q_a_layernorm.weight");
            Matrix(to + "attn_q_b.weight", from + "q_b_proj.weight");
        }
        else
        {
            Matrix(to + "attn_q.weight", from + "q_proj.weight");
        }

        Matrix(to + "attn_kv_a_mqa.weight", from + "kv_a_proj_with_mqa.weight");
        Vector(to + "attn_kv_a_norm.weight", from + "kv_a_layernorm.weight");
        var kv = Find(from + "kv_b_proj.weight");
        int nope = _attention.QkNopeHeadDim, value = _attention.VHeadDim, heads = _attention.NumAttentionHeads, latent = _attention.KvLoraRank;

        // The key half maps queries into the latent space, so it stands across.
        Add(to + "attn_k_b.weight", _type, [nope, latent, heads], CheckpointRows.OfHeadsTransposed(kv, nope + value));
        Add(to + "attn_v_b.weight", _type, [latent, value, heads], CheckpointRows.OfHeads(kv, nope + value, nope, value));
        Matrix(to + "attn_output.weight", from + "o_proj.weight");
    }

    private void Experts(string to, string from, MixtureOfExpertsSpec experts)
    {
        var gate = Find(from + "gate.weight");
        Add(to + "ffn_gate_inp.weight", GgufType.F32, [gate.Shape[1], gate.Shape[0]], CheckpointRows.Of(gate));
        if (experts.TopkMethod == TopkMethod.NoAuxTc) Vector(to + "exp_probs_b.bias", from + "gate.e_score_correction_bias");
        foreach (string part in (string[])["gate", "up", "down"])
        {
            var all = Enumerable.Range(0, experts.NRoutedExperts).Select(e => Find(string.Create(CultureInfo.InvariantCulture, $"{from}experts.{e}.{part}_proj.weight"))).ToList();
            Add($"{to}ffn_{part}{Stacked}", _type, [all[0].Shape[1], all[0].Shape[0], all.Count], CheckpointRows.Stacked(all));
        }

        if (experts.NSharedExperts > 0) FeedForward(to, from + "shared_experts.", "_shexp");
    }

    private void FeedForward(string to, string from, string kind)
    {
        foreach (string part in (string[])["gate", "up", "down"]) Matrix($"{to}ffn_{part}{kind}.weight", $"{from}{part}_proj.weight");
    }

    private void Matrix(string name, string source)
    {
        var tensor = Find(source);
        Add(name, _type, [tensor.Shape[1], tensor.Shape[0]], CheckpointRows.Of(tensor));
    }

    private void Vector(string name, string source)
    {
        var tensor = Find(source);
        Add(name, GgufType.F32, [tensor.Shape[0]], CheckpointRows.Of(tensor));
    }

    private void Add(string name, GgufType type, IReadOnlyList<long> extents, RowReader read) => _tensors.Add(new(name, type, extents, read));

    private CheckpointTensor Find(string name) => _checkpoint.Find(name) ?? throw new PeerException($"The checkpoint has no tensor {name}.");
}
