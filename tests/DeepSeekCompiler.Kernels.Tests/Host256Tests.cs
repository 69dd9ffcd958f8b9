namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernel cases on the host with 256-bit vectors.</summary>
public sealed class Host256Tests() : HostKernelCases(256);
