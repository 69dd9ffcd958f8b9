namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernel cases on the host, without vectors.</summary>
public sealed class HostScalarTests() : HostKernelCases(0);
