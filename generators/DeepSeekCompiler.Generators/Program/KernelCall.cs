using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Prints calls of generated kernels: arguments are given by name and put in the order of the kernel's parameters.</summary>
internal sealed class KernelCall(IReadOnlyDictionary<string, TensorKernel> kernels, Dialect dialect)
{
    /// <param name="kernel">Name of the kernel.</param>
    /// <param name="arguments">Pairs of parameter and C# expression. A weight is written <c>@Index</c>, an expert table <c>#Index</c>:
    /// both bring their scales along where the format has any.</param>
    public string Print(string kernel, params (string Parameter, string Value)[] arguments)
    {
        var given = new Dictionary<string, string>();
        foreach (var (parameter, value) in arguments) given[parameter] = value;
        var tensorKernel = kernels[kernel];
        var printed = new List<string> { "run" };
        foreach (var tensor in tensorKernel.Tensors)
        {
            if (tensor.IsArgument) printed.Add(Argument(kernel, tensor, given));
        }

        foreach (var scalar in tensorKernel.Scalars) printed.Add(given.TryGetValue(scalar.Name, out var value) ? value : scalar.Name);
        return $"{kernel}.Run({string.Join(", ", printed)});";
    }

    /// <summary>Whether a kernel asks for weights of those behind it.</summary>
    public bool AsksAhead(string kernel) => kernels[kernel].Tensors.Any(t => t.Role == TensorRole.Ahead);

    private string Argument(string kernel, Tensor tensor, Dictionary<string, string> given)
    {
        if (given.TryGetValue(tensor.Name, out var value))
        {
            if (value[0] == '@') return dialect.Weight(value.Substring(1), tensor.Format);
            return value[0] == '#' ? dialect.Experts(value.Substring(1), tensor.Format) : value;
        }

        // Scales stand behind the weight they belong to.
        string owner = tensor.Name.EndsWith("Scale", StringComparison.Ordinal) ? tensor.Name.Substring(0, tensor.Name.Length - 5) : "";
        if (given.TryGetValue(owner, out var weight)) return weight[0] == '#' ? dialect.ExpertScales(weight.Substring(1)) : dialect.Scale(weight.Substring(1));
        throw new InvalidOperationException($"{kernel} is called without {tensor.Name}");
    }
}
