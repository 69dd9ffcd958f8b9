using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Compile.Measuring;

/// <summary>What a call wrote.</summary>
/// <param name="Name">The argument.</param>
/// <param name="Format">Format of its numbers.</param>
/// <param name="Before">Its bytes in front of the call.</param>
/// <param name="After">Its bytes behind it.</param>
internal sealed record RigOutput(string Name, NumberFormat Format, byte[] Before, byte[] After);
