namespace DeepSeekCompiler.Generators.Tests.Support;

/// <summary>Sources that the tests start from.</summary>
internal static class Declarations
{
    internal const string Usings = "using DeepSeekCompiler;\nusing DeepSeekCompiler.Kernels.Formats;\n";

    internal const string Valid = Usings + """
        namespace Demo;
        [Model(HiddenSize = 64, NumHiddenLayers = 3, VocabSize = 100, IntermediateSize = 96)]
        [LatentAttention(NumAttentionHeads = 4, KvLoraRank = 16, QkNopeHeadDim = 8, QkRopeHeadDim = 6, VHeadDim = 8)]
        [MixtureOfExperts(NRoutedExperts = 8, NumExpertsPerTok = 3, MoeIntermediateSize = 16, NGroup = 4, TopkGroup = 2)]
        public partial class Tiny;
        """;
}
