using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Tests.Support;

namespace DeepSeekCompiler.Generators.Tests;

/// <summary>Every way to declare a model wrongly. A diagnostic without a row here fails a test.</summary>
public static class DiagnosticCases
{
    private const string Config = """{"model_type":"deepseek_v3","hidden_size":64,"num_hidden_layers":4,"vocab_size":100,"intermediate_size":96,"num_attention_heads":4""";
    private const string FromConfig = Declarations.Usings + "[ModelFromConfig(«\"config.json\"»)] public partial class M;";

    public static IReadOnlyList<DiagnosticCase> All { get; } =
    [
        // The class.
        Edit("A class that is not partial", ProblemCode.NotPartial, "Tiny is not partial", "public partial class Tiny", "public class «Tiny»"),
        Edit("A generic class", ProblemCode.NotPlainClass, "Tiny is generic", "class Tiny", "class «Tiny»<T>"),
        Edit("A record", ProblemCode.NotPlainClass, "Tiny is a record", "partial class Tiny", "partial record «Tiny»"),
        Edit("A static class", ProblemCode.NotPlainClass, "Tiny is static", "partial class Tiny", "static partial class «Tiny»"),
        Edit("An abstract class", ProblemCode.NotPlainClass, "Tiny is abstract", "partial class Tiny", "abstract partial class «Tiny»"),
        Edit("A derived class", ProblemCode.NotPlainClass, "derived from Exception", "class Tiny", "class «Tiny» : System.Exception"),
        Edit("A class that needs arguments", ProblemCode.NotPlainClass, "cannot be made without arguments", "class Tiny;", "class «Tiny»(int a) { public int A => a; }"),
        Edit("A class with a required member", ProblemCode.NotPlainClass, "no required members", "class Tiny;", "class «Tiny» { public required int A { get; set; } }"),
        Whole("A nested class", ProblemCode.NotPlainClass, "nested in Outer", "partial class Outer { [ModelFromConfig(\"c.json\")] partial class «M»; }"),

        // Names.
        Edit("A class that is called as a constant of it", ProblemCode.Name, "HiddenSize is the name of a member", "class Tiny", "class «HiddenSize»"),
        Edit("A class that is called as a kernel", ProblemCode.Name, "RouterSelect is the name of a member", "class Tiny", "class «RouterSelect»"),
        Edit("A class that is called as what it is made of", ProblemCode.Name, "Step is also the name of a type", "class Tiny", "class «Step»"),
        Edit("A type that hides one of the runtime", ProblemCode.Name, "Demo.HostRun hides the type HostRun", "class Tiny;", "class «Tiny»;\nclass HostRun { }"),
        Edit("A namespace that hides a type", ProblemCode.Name, "Demo.Math hides the type Math", "namespace Demo;", "namespace Demo.Math { class C { } }\nnamespace Demo {", "Tiny", close: "}"),
        Edit("Two models that differ by case", ProblemCode.Name, "Demo.Tiny and Demo.TINY differ by upper and lower case alone", "class Tiny;", "class «Tiny»;\n[Variant(BasedOn = typeof(Tiny), VocabSize = 7)] partial class TINY;"),

        // Attributes.
        Edit("No attention", ProblemCode.MissingAttribute, "needs an attention", Latent, "", "Model(HiddenSize = 64, NumHiddenLayers = 3, VocabSize = 100, IntermediateSize = 96)"),
        Whole("An attribute without a model", ProblemCode.MissingAttribute, "[Rope] alone", "[«Rope(Theta = 1)»] partial class M;"),
        Edit("Two kinds of attention", ProblemCode.ConflictingAttributes, "one kind of attention", "[MixtureOfExperts", "[«GroupedQueryAttention(HeadDim = 8)»]\n[MixtureOfExperts"),
        Edit("A model and a file", ProblemCode.ConflictingAttributes, "declared in one way", "[MixtureOfExperts", "[«ModelFromConfig(\"c.json\")»]\n[MixtureOfExperts"),
        Whole("A file and a section", ProblemCode.ConflictingAttributes, "[Rope] cannot stand beside [ModelFromConfig]", "[ModelFromConfig(\"c.json\")] [«Rope(Theta = 1)»] partial class M;"),
        Edit("FP8 and another format", ProblemCode.ConflictingAttributes, "LinearFormat is said twice", "[MixtureOfExperts", "[Fp8, Formats(«Linear = StorageFormat.F16»)]\n[MixtureOfExperts"),
        Edit("A missing size", ProblemCode.MissingSetting, "VocabSize is missing", ", VocabSize = 100", "", "Model(HiddenSize = 64, NumHiddenLayers = 3, IntermediateSize = 96)"),
        Whole("A variant of nothing", ProblemCode.MissingSetting, "BasedOn is missing", "[«Variant»] partial class M;"),
        Edit("YaRN without a factor", ProblemCode.MissingSetting, "YarnFactor is missing", "[MixtureOfExperts", "[«Yarn(Mscale = 1)»]\n[MixtureOfExperts"),

        // Sizes and numbers.
        Edit("A size of zero", ProblemCode.SizeOutOfRange, "HiddenSize is 0", "HiddenSize = 64", "«HiddenSize = 0»"),
        Edit("A negative size", ProblemCode.SizeOutOfRange, "KvLoraRank is -1", "KvLoraRank = 16", "«KvLoraRank = -1»"),
        Edit("A huge size", ProblemCode.SizeOutOfRange, "VocabSize is 2000000000", "VocabSize = 100", "«VocabSize = 2000000000»"),
        Edit("No active experts", ProblemCode.SizeOutOfRange, "NumExpertsPerTok is 0", "NumExpertsPerTok = 3", "«NumExpertsPerTok = 0»"),
        Edit("A negative number of layers", ProblemCode.SizeOutOfRange, "NumHiddenLayers is -1", "NumHiddenLayers = 3", "«NumHiddenLayers = -1»"),
        Edit("Wide shared experts", ProblemCode.SizeOutOfRange, "NSharedExperts x MoeIntermediateSize is 80000; a down projection reads rows of 65536 numbers at most", "NGroup = 4", "NGroup = 4, «NSharedExperts = 4000»", also: ("MoeIntermediateSize = 16", "MoeIntermediateSize = 20")),
        Edit("An embedding of more than 32 bits", ProblemCode.SizeOutOfRange, "VocabSize x HiddenSize is 2621440000", "VocabSize = 100", "«VocabSize = 40960»", also: ("HiddenSize = 64", "HiddenSize = 64000")),
        Edit("Wide values of many heads", ProblemCode.SizeOutOfRange, "NumAttentionHeads x VHeadDim is 80000", "NumAttentionHeads = 4", "«NumAttentionHeads = 10000»"),
        Edit("Heads that expand from a wide latent", ProblemCode.SizeOutOfRange, "KvLoraRank x (QkNopeHeadDim + VHeadDim) is 4227072", "KvLoraRank = 16", "«KvLoraRank = 4096»", also: ("VHeadDim = 8", "VHeadDim = 1024")),
        Edit("An epsilon that float32 does not hold", ProblemCode.NumberOutOfRange, "RmsNormEps is 1E-60", "HiddenSize = 64", "HiddenSize = 64, «RmsNormEps = 1e-60»"),
        Edit("A ramp that ends nowhere", ProblemCode.NumberOutOfRange, "YarnBetaSlow is Infinity", "[MixtureOfExperts", "[Yarn(Factor = 4, «BetaSlow = double.PositiveInfinity»)]\n[MixtureOfExperts"),
        Edit("An epsilon of zero", ProblemCode.NumberOutOfRange, "RmsNormEps is 0", "HiddenSize = 64", "HiddenSize = 64, «RmsNormEps = 0»"),
        Edit("A theta that is no number", ProblemCode.NumberOutOfRange, "RopeTheta is NaN", "[MixtureOfExperts", "[Rope(«Theta = double.NaN»)]\n[MixtureOfExperts"),
        Edit("A YaRN factor below one", ProblemCode.NumberOutOfRange, "YarnFactor is 0.5", "[MixtureOfExperts", "[Yarn(«Factor = 0.5»)]\n[MixtureOfExperts"),
        Edit("An unknown enumeration value", ProblemCode.UnknownValue, "ScoringFunc is 7", "NGroup = 4", "NGroup = 4, «ScoringFunc = (ScoringFunc)7»"),

        // Attention and rope.
        Edit("An odd rope width", ProblemCode.OddRopeWidth, "QkRopeHeadDim is 7", "QkRopeHeadDim = 6", "«QkRopeHeadDim = 7»"),
        Edit("An odd head width", ProblemCode.OddRopeWidth, "HeadDim is 9", Latent, "[GroupedQueryAttention(NumAttentionHeads = 4, «HeadDim = 9»)]"),
        Edit("Key/value heads that do not divide", ProblemCode.HeadGroups, "NumKeyValueHeads is 3, which does not divide the 4", Latent, "[GroupedQueryAttention(NumAttentionHeads = 4, «NumKeyValueHeads = 3», HeadDim = 8)]"),
        Edit("A ramp that runs backwards", ProblemCode.YarnRamp, "YarnBetaFast is 1, below YarnBetaSlow, which is 2", "[MixtureOfExperts", "[Yarn(Factor = 4, «BetaFast = 1», BetaSlow = 2)]\n[MixtureOfExperts"),

        // Experts.
        Edit("Groups that do not divide the experts", ProblemCode.ExpertGroups, "NGroup is 3, which does not divide the 8", "NGroup = 4", "«NGroup = 3»"),
        Edit("More kept groups than groups", ProblemCode.KeptGroups, "TopkGroup is 5, but there are only 4", "TopkGroup = 2", "«TopkGroup = 5»"),
        Edit("Active experts beyond kept groups", ProblemCode.ActiveExperts, "NumExpertsPerTok is 5, but the 2 kept groups of 2 experts hold only 4", "NumExpertsPerTok = 3", "«NumExpertsPerTok = 5»"),
        Edit("Active experts beyond experts", ProblemCode.ActiveExperts, "NumExpertsPerTok is 9, but there are only 8", "NumExpertsPerTok = 3", "«NumExpertsPerTok = 9»"),
        Edit("A group score without two experts", ProblemCode.GroupScore, "NGroup is 8, one expert a group", "NGroup = 4, TopkGroup = 2", "«NGroup = 8», TopkGroup = 4"),
        Edit("More dense layers than layers", ProblemCode.DenseLayers, "FirstKDenseReplace is 4, but the model has only 3", "NGroup = 4", "NGroup = 4, «FirstKDenseReplace = 4»"),

        // Formats and prediction.
        Edit("A block size without kernels", ProblemCode.Fp8Block, "WeightBlockSize is 64", "[MixtureOfExperts", "[Fp8(«WeightBlockSize = 64»)]\n[MixtureOfExperts"),
        Edit("An FP8 cache without a latent", ProblemCode.Format, "grouped-query attention has no latent", Latent, "[Formats(«Cache = StorageFormat.E4M3»)]\n[GroupedQueryAttention(NumAttentionHeads = 4, HeadDim = 8)]"),
        Edit("Whole numbers in a cache without a latent", ProblemCode.Format, "CacheFormat is I16, which keeps a latent", Latent, "[Formats(«Cache = StorageFormat.I16»)]\n[GroupedQueryAttention(NumAttentionHeads = 4, HeadDim = 8)]"),
        Edit("Whole numbers of an odd latent", ProblemCode.Format, "KvLoraRank is 15, an odd number", "[MixtureOfExperts", "[Formats(«Cache = StorageFormat.I16»)]\n[MixtureOfExperts", also: ("KvLoraRank = 16", "KvLoraRank = 15")),
        Edit("Whole numbers as weights", ProblemCode.Format, "LinearFormat is I16; it can be F32, F16, BF16, E4M3", "[MixtureOfExperts", "[Formats(«Linear = StorageFormat.I16»)]\n[MixtureOfExperts"),
        Edit("A head that is the embedding in another format", ProblemCode.Format, "but the head is the embedding", "[MixtureOfExperts", "[Formats(«Head = StorageFormat.E4M3»)]\n[MixtureOfExperts", also: ("HiddenSize = 64", "HiddenSize = 64, TieWordEmbeddings = true")),
        Edit("An FP8 embedding", ProblemCode.Format, "OtherFormat is E4M3", "[MixtureOfExperts", "[Formats(«Other = StorageFormat.E4M3»)]\n[MixtureOfExperts"),
        Whole("A policy without FP8", ProblemCode.Format, "Fp8Policy is Full, but the matrices are BF16", Body + "[Variant(BasedOn = typeof(Tiny), «Fp8Policy = Fp8Policy.Full»)] partial class M;"),
        Edit("Two prediction modules", ProblemCode.MultiTokenPrediction, "NumNextnPredictLayers is 2", "[MixtureOfExperts", "[MultiTokenPrediction(«NumNextnPredictLayers = 2»)]\n[MixtureOfExperts"),
        Edit("A prediction module without a head", ProblemCode.MultiTokenPrediction, "without an output head", "[MixtureOfExperts", "[«MultiTokenPrediction»]\n[MixtureOfExperts", also: ("HiddenSize = 64", "HiddenSize = 64, TieWordEmbeddings = true")),

        // Training.
        Edit("A policy that is not the training's", ProblemCode.Unsupported, "quantises no activations", "[MixtureOfExperts", "[Trainable, Fp8(«Policy = Fp8Policy.Full»)]\n[MixtureOfExperts"),
        Edit("A precision that there is not", ProblemCode.UnknownValue, "TrainingPrecision is 7, which is not known; it can be Float32, BFloat16, Fp8", "[MixtureOfExperts", "[Trainable(«Precision = (TrainingPrecision)7»)]\n[MixtureOfExperts"),
        Edit("More experts than are rounded at once", ProblemCode.Unsupported, "are more weights of one projection than training rounds at once", "MoeIntermediateSize = 16", "MoeIntermediateSize = 16384", "Precision = TrainingPrecision.Fp8", ("HiddenSize = 64", "HiddenSize = 32768"), "[Trainable(Precision = TrainingPrecision.Fp8)]\n"),
        Edit("Heads too wide to train", ProblemCode.Unsupported, "Keys of 400 and values of 400 numbers a head", Latent, "[«Trainable»]\n[GroupedQueryAttention(NumAttentionHeads = 4, HeadDim = 400)]"),

        // Variants.
        Whole("A setting without its section", ProblemCode.UnusedSetting, "YarnFactor has no effect: the model has no Yarn", Body + "[Variant(BasedOn = typeof(Tiny), «YarnFactor = 4»)] partial class M;"),
        Whole("A precision of a model that is not trained", ProblemCode.UnusedSetting, "TrainingPrecision has no effect: the model is not [Trainable]", Body + "[Variant(BasedOn = typeof(Tiny), «TrainingPrecision = TrainingPrecision.Fp8»)] partial class M;"),
        Whole("Groups that greedy selection ignores", ProblemCode.UnusedSetting, "Greedy selection looks at no groups", Body + "[Variant(BasedOn = typeof(Tiny), TopkMethod = TopkMethod.Greedy, «NGroup = 2», TopkGroup = 1)] partial class M;"),
        Whole("A variant of itself", ProblemCode.VariantCycle, "M -> M", "[Variant(«BasedOn = typeof(M)»)] partial class M;"),
        Whole("A base that is no model", ProblemCode.BaseNotModel, "string is no model", "[Variant(«BasedOn = typeof(string)»)] partial class M;"),
        Whole("A variant that breaks a rule of its base", ProblemCode.ExpertGroups, "NGroup is 4, which does not divide the 6", Body + "[Variant(«BasedOn = typeof(Tiny)», NRoutedExperts = 6)] partial class M;"),

        Whole("YaRN without a factor, by its name", ProblemCode.MissingSetting, "YarnFactor is missing", Body + "[Variant(BasedOn = typeof(Tiny), «Yarn = true»)] partial class M;"),
        Whole("A base that has no name", ProblemCode.BaseNotModel, "int[] is no model", "[Variant(«BasedOn = typeof(int[])»)] partial class M;"),

        // Files.
        new("A path of nothing", ProblemCode.ConfigNotFound, "The path is empty", Declarations.Usings + "[ModelFromConfig(«\"\"»)] public partial class M;"),
        new("A file that is not there", ProblemCode.ConfigNotFound, "there is none", FromConfig),
        new("A file that is not JSON", ProblemCode.ConfigSyntax, "config.json(1,2): The file is not valid JSON", FromConfig, "{oops"),
        new("A value of the wrong type", ProblemCode.ConfigType, "q_lora_rank must be a whole number, not the text", FromConfig, Config + ",\"q_lora_rank\":\"none\"}"),
        new("An unknown family", ProblemCode.UnknownFamily, "model_type is the text \"llama\"", FromConfig, """{"model_type":"llama"}"""),
        new("An unsupported activation", ProblemCode.Unsupported, "hidden_act is the text \"gelu\"", FromConfig, Config + ",\"hidden_act\":\"gelu\"}"),
        new("Fields that contradict", ProblemCode.Contradiction, "num_key_value_heads is 2, but num_attention_heads is 4", FromConfig, Config + ",\"num_key_value_heads\":2}"),
        new("An unknown scoring function", ProblemCode.UnknownValue, "scoring_func is \"tanh\"", FromConfig, Config + ",\"scoring_func\":\"tanh\"}"),
        new("A policy that the file's scales forbid", ProblemCode.Format, "scale_fmt is ue8m0", Declarations.Usings + "[ModelFromConfig(\"config.json\")] [Fp8(«Policy = Fp8Policy.Full»)] partial class M;", Config + ",\"quantization_config\":{\"quant_method\":\"fp8\",\"scale_fmt\":\"ue8m0\",\"weight_block_size\":[128,128]}}"),
        Edit("An unknown model type", ProblemCode.UnknownFamily, "ModelType is \"gpt\"", "HiddenSize = 64", "HiddenSize = 64, «ModelType = \"gpt\"»"),
    ];

    private static string Latent => "[LatentAttention(NumAttentionHeads = 4, KvLoraRank = 16, QkNopeHeadDim = 8, QkRopeHeadDim = 6, VHeadDim = 8)]";

    // The valid declaration without its usings and namespace line, to put other classes beside.
    private static string Body => Declarations.Valid.Replace(Declarations.Usings, string.Empty, StringComparison.Ordinal) + "\n";

    private static DiagnosticCase Edit(
        string name, string code, string says, string old, string replacement, string? mark = null, (string Old, string New) also = default, string before = "", string close = "")
    {
        Assert.Contains(old, Declarations.Valid, StringComparison.Ordinal);
        var source = Declarations.Valid.Replace(old, replacement, StringComparison.Ordinal);
        source = also.Old is null ? source : source.Replace(also.Old, also.New, StringComparison.Ordinal);
        source = source.Replace("[Model(", before + "[Model(", StringComparison.Ordinal) + close;
        return new(name, code, says, mark is null ? source : source.Replace(mark, $"«{mark}»", StringComparison.Ordinal));
    }

    private static DiagnosticCase Whole(string name, string code, string says, string source) => new(name, code, says, Declarations.Usings + source);
}
