namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>The PTX of a device primitive: <c>$r0</c> is the result, <c>$0</c>, <c>$1</c> ... the operands.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PtxAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}

/// <summary>The OpenCL C expression of a device primitive over the operands <c>$0</c>, <c>$1</c> ...</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenClAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}
