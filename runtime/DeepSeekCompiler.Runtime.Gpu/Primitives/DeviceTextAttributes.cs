namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>The PTX of a device primitive: <c>$r0</c> is the result, <c>$0</c>, <c>$1</c> ... the operands; of a structure, <c>$r0</c>, <c>$r1</c> ... and
/// <c>$0.0</c>, <c>$0.1</c> ... are the fields, <c>$r*</c> all of them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PtxAttribute(string text) : Attribute
{
    public string Text { get; } = text;

    /// <summary>Whether the result starts as the first operand, as for an instruction that adds to its destination.</summary>
    public bool Accumulates { get; init; }

    /// <summary>The first number of the result that does, where the others before it are new.</summary>
    public int First { get; init; }
}

/// <summary>The OpenCL C expression of a device primitive over the operands <c>$0</c>, <c>$1</c> ...</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenClAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}

/// <summary>The private method of the same class that OpenCL devices run in a primitive's place; each primitive has one of its own.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenClMethodAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
