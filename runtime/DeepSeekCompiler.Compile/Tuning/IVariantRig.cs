using DeepSeekCompiler.Compile.Measuring;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>One thing that is measured in several variants on the same arguments. Variant 0 is the compiler's own.</summary>
internal interface IVariantRig : IDisposable
{
    /// <summary>Seconds of a call, on average over some.</summary>
    double Seconds(int variant, int calls);

    /// <summary>What a variant writes.</summary>
    IReadOnlyList<RigOutput> Outputs(int variant);
}
