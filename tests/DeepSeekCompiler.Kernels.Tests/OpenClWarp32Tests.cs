using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernel cases on an OpenCL device, 32 threads a group.</summary>
public sealed class OpenClWarp32Tests() : OpenClKernelCases(DeviceVariant.Warp32);
