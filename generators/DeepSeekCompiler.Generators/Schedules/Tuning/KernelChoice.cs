using System.Collections.Generic;
using System.Linq;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>What a tuning file may choose about a kernel's schedule on the host; null is the compiler's choice.</summary>
public sealed record KernelChoice
{
    public static readonly KernelChoice Default = new();

    /// <summary>Tokens of a register tile.</summary>
    public int? Tokens { get; init; }

    /// <summary>Vectors of weight rows of a register tile, where there are 32 registers; fewer where the tile would not fit.</summary>
    public int? Vectors { get; init; }

    /// <summary>Weight rows of a work item.</summary>
    public int? Strip { get; init; }

    /// <summary>Columns that are decoded together.</summary>
    public int? Block { get; init; }

    /// <summary>Vectors of a weight row in a trip of a streaming loop.</summary>
    public int? Unroll { get; init; }

    /// <summary>What is chosen, under the names of the file.</summary>
    public IEnumerable<(string Name, int Value)> Chosen
    {
        get
        {
            (string Name, int? Value)[] all = [("tokens", Tokens), ("vectors", Vectors), ("strip", Strip), ("block", Block), ("unroll", Unroll)];
            return all.Where(c => c.Value is not null).Select(c => (c.Name, c.Value!.Value));
        }
    }

    /// <summary>This, with one more choice; null where there is none of the name.</summary>
    public KernelChoice? With(string name, int value) => name switch
    {
        "tokens" => this with { Tokens = value },
        "vectors" => this with { Vectors = value },
        "strip" => this with { Strip = value },
        "block" => this with { Block = value },
        "unroll" => this with { Unroll = value },
        _ => null,
    };

    public override string ToString() => string.Join(", ", Chosen.Select(c => $"{c.Name} {c.Value}"));
}
