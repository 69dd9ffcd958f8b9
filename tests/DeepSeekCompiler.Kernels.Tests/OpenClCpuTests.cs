using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernel cases on an OpenCL device, one thread a group.</summary>
public sealed class OpenClCpuTests() : OpenClKernelCases(DeviceVariant.Cpu);
