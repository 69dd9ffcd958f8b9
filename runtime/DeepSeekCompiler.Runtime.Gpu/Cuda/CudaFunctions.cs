using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>What the driver made of a kernel. Only measurements need this function of the driver.</summary>
internal static unsafe class CudaFunctions
{
    // CU_FUNC_ATTRIBUTE_...
    private const int SharedBytes = 1;
    private const int LocalBytes = 3;
    private const int Registers = 4;

    private static readonly delegate* unmanaged<int*, int, nint, int> s_attribute = (delegate* unmanaged<int*, int, nint, int>)CudaDriver.Find("cuFuncGetAttribute");

    /// <summary>Registers, shared memory and stack; spills are in the stack, and a driver has no warnings.</summary>
    public static KernelResources ResourcesOf(nint function) => new(Attribute(function, Registers), Attribute(function, SharedBytes), Attribute(function, LocalBytes), 0, []);

    private static int Attribute(nint function, int attribute)
    {
        int value;
        CudaDriver.Check(s_attribute(&value, attribute, function), "describe a kernel");
        return value;
    }
}
