using System.Runtime.InteropServices;
using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>Functions of the CUDA driver that ILGPU does not offer. The entry points and signatures are the same in drivers for CUDA 12 and 13.</summary>
internal static unsafe class CudaDriver
{
    /// <summary>CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN.</summary>
    public const int GroupSharedOptIn = 97;

    /// <summary>CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR.</summary>
    public const int CapabilityMajor = 75;

    /// <summary>CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR.</summary>
    public const int CapabilityMinor = 76;

    /// <summary>CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES.</summary>
    public const int DynamicSharedBytes = 8;

    private static readonly Lazy<Entries> s_entries = new(() => new Entries());

    public static Entries Api => s_entries.Value;

    /// <summary>A function of the driver.</summary>
    /// <exception cref="DeviceException">The driver has none of the name.</exception>
    public static nint Find(string name) => DriverLibraries.CudaFunction(name) is var function and not 0 ? function
        : throw new DeviceException($"The CUDA driver has no {name}; it is too old, and one for CUDA 11.8 or newer is needed.");

    /// <summary>Throws one sentence where <paramref name="error"/> is one.</summary>
    /// <param name="error">What a function returned.</param>
    /// <param name="what">What it was to do: "load kernel X on cuda:0".</param>
    public static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new DeviceException($"The CUDA driver could not {what}: {Reason(error)}");
        }
    }

    /// <summary>An error in words.</summary>
    public static string Reason(int error) => error switch
    {
        2 => "it is out of memory.",
        200 or 201 => "its context is gone.",
        209 => "it has no code for this device.",
        218 => "it refuses the text of the kernel.",
        222 => "it is too old for the version of PTX that the kernel is written in; install a newer NVIDIA driver.",
        700 => "a kernel touched memory that is not its own.",
        701 => "a kernel wants more registers or threads than the device has.",
        719 => "a kernel failed.",
        900 => "the stream cannot be recorded.",
        901 or 902 or 903 or 904 or 905 or 906 or 907 or 908 => $"recording was disturbed (error {error}).",
        _ => $"error {error}{Name(error)}.",
    };

    private static string Name(int error)
    {
        byte* text = null;
        return Api.GetErrorString(error, &text) == 0 && text != null ? " (" + Marshal.PtrToStringUTF8((nint)text) + ")" : "";
    }

    internal sealed class Entries
    {
        public readonly delegate* unmanaged<int, byte**, int> GetErrorString = (delegate* unmanaged<int, byte**, int>)Find("cuGetErrorString");
        public readonly delegate* unmanaged<int*, int> DriverGetVersion = (delegate* unmanaged<int*, int>)Find("cuDriverGetVersion");
        public readonly delegate* unmanaged<int*, int, int, int> DeviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)Find("cuDeviceGetAttribute");
        public readonly delegate* unmanaged<nint*, byte*, uint, int*, void**, int> ModuleLoadDataEx = (delegate* unmanaged<nint*, byte*, uint, int*, void**, int>)Find("cuModuleLoadDataEx");
        public readonly delegate* unmanaged<nint, int> ModuleUnload = (delegate* unmanaged<nint, int>)Find("cuModuleUnload");
        public readonly delegate* unmanaged<nint*, nint, byte*, int> ModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)Find("cuModuleGetFunction");
        public readonly delegate* unmanaged<nint, int, int, int> FuncSetAttribute = (delegate* unmanaged<nint, int, int, int>)Find("cuFuncSetAttribute");
        public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> LaunchKernel =
            (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)Find("cuLaunchKernel");
        public readonly delegate* unmanaged<uint, int*, void**, nint*, int> LinkCreate = (delegate* unmanaged<uint, int*, void**, nint*, int>)Find("cuLinkCreate_v2");
        public readonly delegate* unmanaged<nint, int, void*, nuint, byte*, uint, int*, void**, int> LinkAddData =
            (delegate* unmanaged<nint, int, void*, nuint, byte*, uint, int*, void**, int>)Find("cuLinkAddData_v2");
        public readonly delegate* unmanaged<nint, void**, nuint*, int> LinkComplete = (delegate* unmanaged<nint, void**, nuint*, int>)Find("cuLinkComplete");
        public readonly delegate* unmanaged<nint, int> LinkDestroy = (delegate* unmanaged<nint, int>)Find("cuLinkDestroy");
        public readonly delegate* unmanaged<nint, int, int> StreamBeginCapture = (delegate* unmanaged<nint, int, int>)Find("cuStreamBeginCapture_v2");
        public readonly delegate* unmanaged<nint, nint*, int> StreamEndCapture = (delegate* unmanaged<nint, nint*, int>)Find("cuStreamEndCapture");
        public readonly delegate* unmanaged<nint*, nint, ulong, int> GraphInstantiate = (delegate* unmanaged<nint*, nint, ulong, int>)Find("cuGraphInstantiateWithFlags");
        public readonly delegate* unmanaged<nint, nint, int> GraphLaunch = (delegate* unmanaged<nint, nint, int>)Find("cuGraphLaunch");
        public readonly delegate* unmanaged<nint, int> GraphExecDestroy = (delegate* unmanaged<nint, int>)Find("cuGraphExecDestroy");
        public readonly delegate* unmanaged<nint, int> GraphDestroy = (delegate* unmanaged<nint, int>)Find("cuGraphDestroy");
    }
}
