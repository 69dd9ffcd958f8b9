namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernel cases on the host with 128-bit vectors.</summary>
public sealed class Host128Tests() : HostKernelCases(128);
