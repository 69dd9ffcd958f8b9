using System;
using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>The passes between lowering and printing that all targets share, in order. Targets run more in front of printing.</summary>
public static class Pipeline
{
    /// <summary>Name and pass; each takes a correct function to a correct function.</summary>
    public static readonly IReadOnlyList<(string Name, Func<LoopFunction, LoopFunction> Run)> Passes =
    [
        ("vectorize", Vectorize.Run),
        ("demote", Demote.Run),
        ("name-values", NameValues.Run),
        ("group-products", GroupProducts.Run),
        ("name-rows", NameRows.Run),
    ];

    public static LoopFunction Run(LoopFunction function)
    {
        foreach (var (_, pass) in Passes) function = pass(function);
        return function;
    }
}
