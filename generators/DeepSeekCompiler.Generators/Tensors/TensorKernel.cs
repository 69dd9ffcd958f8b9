using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>A kernel at the tensor level: what is computed, with no word about how.</summary>
/// <param name="Name">A C# identifier.</param>
/// <param name="Summary">What it computes, in a sentence or two; becomes the header of the generated code.</param>
/// <param name="Scalars">Integer parameters.</param>
/// <param name="Tensors">Inputs, outputs and temporaries; the first two in the order of the generated parameters.</param>
/// <param name="Stages">In order. A stage inside a fold has the fold's axis as an outer axis; stages of one fold stand together.</param>
public sealed record TensorKernel(string Name, string Summary, IReadOnlyList<Var> Scalars, IReadOnlyList<Tensor> Tensors, IReadOnlyList<Stage> Stages)
{
    /// <summary>Serial axes of folds (online softmax): the stages that share one run together for each of its values.</summary>
    public IReadOnlyList<Axis> Folds { get; init; } = [];

    /// <summary>For a kernel whose phases run several times: the parameter that counts, which no caller gives, and how often. Null for once.</summary>
    public (Var Counter, Expr Launches)? Repeat { get; init; }

    /// <summary>What a call must do and move.</summary>
    public KernelCost Cost { get; init; } = KernelCost.None;
}
