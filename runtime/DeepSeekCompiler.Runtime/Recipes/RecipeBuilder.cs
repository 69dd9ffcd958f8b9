using System.Globalization;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>Makes the weight recipe of any model of the DeepSeek family, with the tensor order and gains of the golden data.</summary>
/// <remarks>Linear weights have the standard deviation gain / sqrt(columns), which keeps the logits at about 2.</remarks>
public sealed class RecipeBuilder
{
    private readonly RecipeConfig _config;
    private readonly RecipeFormat _format;
    private readonly RecipeOptions _options;
    private readonly List<RecipeTensor> _tensors = [];
    private readonly int _hidden;
    private readonly int _vocabulary;

    private RecipeBuilder(RecipeConfig config, RecipeFormat format, RecipeOptions options)
    {
        _config = config;
        _format = format;
        _options = options;
        _hidden = config.Size("hidden_size");
        _vocabulary = config.Size("vocab_size");
    }

    /// <summary>Makes the recipe of a model.</summary>
    /// <param name="configJson">The text of a Hugging Face <c>config.json</c>; its sizes count, its dtype does not.</param>
    /// <param name="seed">Seed of all values.</param>
    /// <param name="format">How the weights are stored.</param>
    /// <param name="options">What else may vary; null for one file and the usual gains.</param>
    /// <exception cref="CheckpointException">The configuration lacks a size, or has an impossible one.</exception>
    public static Recipe FromConfig(string configJson, ulong seed, RecipeFormat format, RecipeOptions? options = null)
    {
        options ??= new RecipeOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Shards, 1, nameof(options));
        using var config = new RecipeConfig(configJson);
        var builder = new RecipeBuilder(config, format, options);
        builder.Model();
        var recipe = new Recipe(seed, builder._tensors, []) { Aligned = options.Aligned };
        RecipeChecks.Check(recipe);
        return options.Shards == 1 ? recipe : recipe with { Tensors = Spread(recipe, options.Shards) };
    }

    // A tensor belongs to the file in whose share of the bytes it begins.
    private static List<RecipeTensor> Spread(Recipe recipe, int shards)
    {
        var total = recipe.TotalSize;
        var position = 0L;
        var spread = new List<RecipeTensor>();
        foreach (var tensor in recipe.Tensors)
        {
            var shard = Math.Min(shards, 1 + (int)((Int128)position * shards / total));
            spread.Add(tensor with { File = string.Create(CultureInfo.InvariantCulture, $"model-{shard:D5}-of-{shards:D5}.safetensors") });
            position += new TensorLayout(tensor.Name, tensor.Type, tensor.Shape).Bytes;
        }

        return spread;
    }

    private void Model()
    {
        const string Embedding = "model.embed_tokens.weight";
        const string Head = "lm_head.weight";
        var layers = _config.Size("num_hidden_layers");
        var tied = _config.TieWordEmbeddings;
        Matrix(Embedding, _vocabulary, _hidden, 1.732);
        for (var layer = 0; layer < layers; layer++)
        {
            Block(layer, layers);
        }

        Norm("model.norm.weight", _hidden);
        if (!tied)
        {
            HeadMatrix(Head, ScaleOf(2, _hidden));
        }

        var predictions = _config.Size("num_nextn_predict_layers", 0, missing: 0);
        for (var layer = layers; layer < layers + predictions; layer++)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
            Matrix(prefix + "embed_tokens.weight", _vocabulary, _hidden, 1.732, Embedding);
            Norm(prefix + "enorm.weight", _hidden);
            Norm(prefix + "hnorm.weight", _hidden);
            Matrix(prefix + "eh_proj.weight", _hidden, 2 * _hidden, ScaleOf(1.4, 2 * _hidden));
            Block(layer, layers);
            Norm(prefix + "shared_head.norm.weight", _hidden);
            var (source, scale) = tied ? (Embedding, 1.732) : (Head, ScaleOf(2, _hidden));
            HeadMatrix(prefix + "shared_head.head.weight", scale, source);
        }
    }

    private void Block(int layer, int layers)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
        Attention(prefix + "self_attn.");
        var experts = _config.Size("n_routed_experts", 0, missing: 0);
        var dense = _config.Size("first_k_dense_replace", 0, missing: 0);
        var frequency = _config.Size("moe_layer_freq", 1, missing: 1);
        if (experts > 0 && layer >= dense && (layer % frequency == 0 || layer >= layers))
        {
            Experts(prefix + "mlp.", experts);
        }
        else
        {
            Mlp(prefix + "mlp.", _config.Size("intermediate_size"));
        }

        Norm(prefix + "input_layernorm.weight", _hidden);
        Norm(prefix + "post_attention_layernorm.weight", _hidden);
    }

    private void Attention(string prefix)
    {
        var heads = _config.Size("num_attention_heads");
        var nope = _config.Size("qk_nope_head_dim");
        var rope = _config.Size("qk_rope_head_dim");
        var value = _config.Size("v_head_dim");
        var latent = _config.Size("kv_lora_rank");
        var rank = _config.Size("q_lora_rank", 0, missing: 0);
        if (rank > 0)
        {
            Linear(prefix + "q_a_proj.weight", rank, _hidden, 1);
            Norm(prefix + "q_a_layernorm.weight", rank);
            Linear(prefix + "q_b_proj.weight", checked(heads * (nope + rope)), rank, 1.4);
        }
        else
        {
            Linear(prefix + "q_proj.weight", checked(heads * (nope + rope)), _hidden, 1.4);
        }

        Linear(prefix + "kv_a_proj_with_mqa.weight", latent + rope, _hidden, 1);
        Norm(prefix + "kv_a_layernorm.weight", latent);
        Linear(prefix + "kv_b_proj.weight", checked(heads * (nope + value)), latent, 1.2);
        Linear(prefix + "o_proj.weight", _hidden, checked(heads * value), 1.5);
    }

    private void Experts(string prefix, int experts)
    {
        Matrix(prefix + "gate.weight", experts, _hidden, ScaleOf(1.5, _hidden));
        if (_config.HasBias)
        {
            Add(new RecipeTensor(prefix + "gate.e_score_correction_bias", SafetensorsType.F32, [experts], string.Empty) { Scale = 0.1386, Offset = _options.BiasOffset });
        }

        var width = _config.Size("moe_intermediate_size");
        for (var expert = 0; expert < experts; expert++)
        {
            Mlp(string.Create(CultureInfo.InvariantCulture, $"{prefix}experts.{expert}."), width, _options.ExpertDownGain);
        }

        var shared = _config.Size("n_shared_experts", 0, missing: 0);
        if (shared > 0)
        {
            Mlp(prefix + "shared_experts.", checked(width * shared));
        }
    }

    private void Mlp(string prefix, int width, double downGain = 1.2)
    {
        Linear(prefix + "gate_proj.weight", width, _hidden, 1.2);
        Linear(prefix + "up_proj.weight", width, _hidden, 1.2);
        Linear(prefix + "down_proj.weight", _hidden, width, downGain);
    }

    private void Linear(string name, int rows, int columns, double gain)
    {
        if (_format is RecipeFormat.Fp8 or RecipeFormat.Fp8Head) Quantised(name, rows, columns, ScaleOf(gain, columns));
        else Matrix(name, rows, columns, ScaleOf(gain, columns));
    }

    private void HeadMatrix(string name, double scale, string? valuesOf = null)
    {
        if (_format == RecipeFormat.Fp8Head) Quantised(name, _vocabulary, _hidden, scale, valuesOf);
        else Matrix(name, _vocabulary, _hidden, scale, valuesOf);
    }

    private void Quantised(string name, int rows, int columns, double scale, string? valuesOf = null)
    {
        Add(new RecipeTensor(name, SafetensorsType.F8E4M3, [rows, columns], string.Empty) { Scale = scale, ValuesOf = valuesOf });
        Add(new RecipeTensor(name + "_scale_inv", SafetensorsType.F32, [ScaleBlocks.Count(rows), ScaleBlocks.Count(columns)], string.Empty) { ScalesOf = name });
    }

    private void Matrix(string name, int rows, int columns, double scale, string? valuesOf = null) =>
        Add(new RecipeTensor(name, OtherType, [rows, columns], string.Empty) { Scale = scale, ValuesOf = valuesOf });

    private void Norm(string name, int size) => Add(new RecipeTensor(name, OtherType, [size], string.Empty) { Scale = 0.43, Offset = 1 });

    private SafetensorsType OtherType => _format == RecipeFormat.F32 ? SafetensorsType.F32 : SafetensorsType.BF16;

    private void Add(RecipeTensor tensor) => _tensors.Add(tensor with { File = "model.safetensors" });

    // 4 significant digits, so that a recipe in decimal digits is exact.
    private static double ScaleOf(double gain, int columns) =>
        double.Parse((gain * Math.Sqrt(3.0 / columns)).ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
