using System.Collections.Concurrent;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile;

/// <summary>Models that were compiled with the program: a checkpoint of the same declaration runs on them without a compiler.</summary>
public static class PrecompiledModels
{
    private static readonly ConcurrentDictionary<string, Func<CompiledModel>> s_models = new(StringComparer.Ordinal);

    /// <param name="specHash">The generated class' SpecHash.</param>
    /// <param name="create">Makes an instance.</param>
    public static void Register(string specHash, Func<CompiledModel> create) => s_models[specHash] = create;

    internal static CompiledModel? Create(string specHash) => s_models.TryGetValue(specHash, out var create) ? create() : null;
}
