namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>Host memory of a tensor that a kernel reads or writes.</summary>
internal interface INativeMemory
{
    nint Address { get; }

    int Bytes { get; }
}
