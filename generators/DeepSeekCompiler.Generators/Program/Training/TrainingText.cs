using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Targets;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Program.Training;

/// <summary>The phrases of a training pass: buffers under their names, calls, norms and loops over chunks.</summary>
internal sealed class TrainingText(IReadOnlyDictionary<string, TensorKernel> kernels, TrainingBuffers buffers, TrainingDialect dialect, CodeWriter w)
{
    private readonly KernelCall _call = new(kernels, Program.Dialect.Training);

    /// <summary>The words of the target.</summary>
    public TrainingDialect Dialect => dialect;

    public string Call(string kernel, params (string, string)[] arguments) => _call.Print(kernel, arguments);

    /// <summary>Buffers from their first token on.</summary>
    public void Whole(params string[] names) => Use(names, "");

    /// <summary>Buffers from the chunk's first token on.</summary>
    public void Part(params string[] names) => Use(names, "(long)at * ");

    /// <summary>A method that is called for every chunk of tokens.</summary>
    public void Chunks(string method, string arguments, string all) =>
        w.Line($"for (int at = 0; at < {all}; at += MaxChunk) {method}(run, {arguments}, at, Math.Min(MaxChunk, {all} - at));");

    /// <summary>Gradients of a norm's input and of its weight.</summary>
    public void NormBackward(string norm, string x, string weight, string dy, string dx, string? weightKernel = null)
    {
        w.Line(Call(norm + "Backward", ("x", x), ("norm", "@" + weight), ("dy", dy), ("dx", dx), ("inverse", "inverse")));
        w.Line(Call(weightKernel ?? norm + "Weight", ("x", x), ("dy", dy), ("inverse", "inverse"), ("dg", $"Gradient({weight})")));
    }

    /// <summary>Gradients of a projection's weight and of its input.</summary>
    public void ProjectionBackward(string projection, string x, string weight, string dy, string dx)
    {
        w.Line(Call(projection + "Weight", ("dy", dy), ("x", x), ("dw", $"Gradient({weight})")));
        w.Line(Call(projection + "Input", ("dy", dy), ("weight", "@" + weight), ("dx", dx)));
    }

    private void Use(string[] names, string offset)
    {
        Print(buffers.Kept, names, offset, i => $"Kept(block, {Text.Of(i)})");
        Print(buffers.Work, names, offset, i => $"Work({Text.Of(i)})");
        Print(buffers.Chunk, names, "", i => $"Chunk({Text.Of(i)})");
    }

    private void Print(List<(string Name, int Columns, string Type)> list, string[] names, string offset, Func<int, string> address)
    {
        for (int i = 0; i < list.Count; i++)
        {
            var (name, columns, type) = list[i];
            if (Array.IndexOf(names, name) < 0) continue;
            string memory = dialect.As(type, address(i));
            w.Line($"{dialect.Memory(type)} {name} = {(offset.Length == 0 ? memory : dialect.From(memory, offset + Text.Of(columns)))};");
        }
    }
}
