using System.Linq;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>What a tuning file may choose about a kernel's schedule; null is the compiler's choice. Which of it a kernel leaves open on a target, <see cref="TuningForm"/> says.</summary>
public sealed record KernelChoice
{
    public static readonly KernelChoice Default = new();

    /// <summary>Tokens of a register tile, or of a group's tile on matrix instructions.</summary>
    public int? Tokens { get => Get("tokens"); init => Chosen = Put("tokens", value); }

    /// <summary>Vectors of weight rows of a register tile, where there are 32 registers; fewer where the tile would not fit.</summary>
    public int? Vectors { get => Get("vectors"); init => Chosen = Put("vectors", value); }

    /// <summary>Weight rows of a register tile, or of a group's tile on matrix instructions.</summary>
    public int? Rows { get => Get("rows"); init => Chosen = Put("rows", value); }

    /// <summary>Weight rows of a work item.</summary>
    public int? Strip { get => Get("strip"); init => Chosen = Put("strip", value); }

    /// <summary>Columns that are decoded together.</summary>
    public int? Block { get => Get("block"); init => Chosen = Put("block", value); }

    /// <summary>Vectors of a weight row in a trip of a streaming loop.</summary>
    public int? Unroll { get => Get("unroll"); init => Chosen = Put("unroll", value); }

    /// <summary>Threads of a group without matrix instructions.</summary>
    public int? Threads { get => Get("threads"); init => Chosen = Put("threads", value); }

    /// <summary>Warps of a group on matrix instructions.</summary>
    public int? Warps { get => Get("warps"); init => Chosen = Put("warps", value); }

    /// <summary>Tokens of a warp's part of the tile.</summary>
    public int? WarpTokens { get => Get("warpTokens"); init => Chosen = Put("warpTokens", value); }

    /// <summary>Steps in shared memory at once.</summary>
    public int? Stages { get => Get("stages"); init => Chosen = Put("stages", value); }

    /// <summary>Queries that prefill attention takes through a page together, or a group's on matrix instructions.</summary>
    public int? Queries { get => Get("queries"); init => Chosen = Put("queries", value); }

    /// <summary>Keys of a register tile, or of a step on matrix instructions.</summary>
    public int? Keys { get => Get("keys"); init => Chosen = Put("keys", value); }

    /// <summary>Heads of a group of decode attention on matrix instructions.</summary>
    public int? Heads { get => Get("heads"); init => Chosen = Put("heads", value); }

    /// <summary>Parts of the context for every thread, unit or multiprocessor that decode attention aims at.</summary>
    public int? Parts { get => Get("parts"); init => Chosen = Put("parts", value); }

    /// <summary>Tokens of a prompt that go through together.</summary>
    public int? Chunk { get => Get("chunk"); init => Chosen = Put("chunk", value); }

    /// <summary>What is chosen, under the names of the file, in the order of <see cref="TuningRules.Order"/>.</summary>
    public EquatableArray<(string Name, int Value)> Chosen { get; private init; } = EquatableArray<(string Name, int Value)>.Empty;

    /// <summary>This, with one more choice.</summary>
    /// <param name="name">One of <see cref="TuningRules.Ranges"/>.</param>
    /// <param name="value">Its value.</param>
    public KernelChoice With(string name, int value) => this with { Chosen = Put(name, value) };

    public override string ToString() => string.Join(", ", Chosen.Select(c => $"{c.Name} {c.Value}"));

    private int? Get(string name)
    {
        foreach (var (chosen, value) in Chosen)
        {
            if (chosen == name) return value;
        }

        return null;
    }

    private EquatableArray<(string Name, int Value)> Put(string name, int? value)
    {
        var others = Chosen.Where(c => c.Name != name);
        if (value is { } number) others = others.Append((name, number));
        return new(others.OrderBy(c => TuningRules.Order(c.Name)));
    }
}
