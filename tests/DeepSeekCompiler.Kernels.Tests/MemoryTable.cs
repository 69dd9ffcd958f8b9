namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>A table of tensors of one size, such as the experts of a projection: pointers on the host, one behind the other on a device.</summary>
internal sealed record MemoryTable(IReadOnlyList<INativeMemory> Entries);
