namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernel cases on the host with 512-bit vectors.</summary>
public sealed class Host512Tests() : HostKernelCases(512);
