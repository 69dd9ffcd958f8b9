namespace DeepSeekCompiler.Generators.Tensors.Counting;

/// <summary>What a call of a kernel must do, stated: two operations to a term of every product, and what norms and the like take where they are all there is;
/// every weight, cache row and activation moves once, however often caches are asked for it.</summary>
/// <param name="WeightFlops">Operations of products with weights.</param>
/// <param name="WeightBytes">Weights and their scales.</param>
/// <param name="OtherFlops">Operations between activations, and with the cache.</param>
/// <param name="OtherBytes">Activations, ids and the cache.</param>
public sealed record KernelCost(Amount WeightFlops, Amount WeightBytes, Amount OtherFlops, Amount OtherBytes)
{
    public static readonly KernelCost None = new(Amount.Zero, Amount.Zero, Amount.Zero, Amount.Zero);

    public Amount Flops => WeightFlops + OtherFlops;

    public Amount Bytes => WeightBytes + OtherBytes;
}
