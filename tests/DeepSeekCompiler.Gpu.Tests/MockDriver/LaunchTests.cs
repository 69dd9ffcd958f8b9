using DeepSeekCompiler.Gpu.Tests.Support;
using DeepSeekCompiler.Runtime.Gpu.Caching;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Tests;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DeepSeekCompiler.Gpu.Tests.MockDriver;

/// <summary>One kernel: text, module, shared memory, arguments, and what is said when the driver refuses.</summary>
[Collection("mock driver")]
public sealed class LaunchTests : IDisposable
{
    private static readonly DeviceKernel<Arguments> s_kernel = new("Test.Double", Double, 0);
    private static readonly DeviceKernel<Arguments> s_large = new("Test.Large", Large, 0, 128, 150_000);

    private readonly CacheScope _cache = new();

    internal static void Double(Arguments given)
    {
        if (Group.IdxX < given.count) given.values[Group.IdxX] = 2 * given.bytes[Group.IdxX] + given.position;
    }

    internal static void Large(Arguments given)
    {
        var shared = SharedMemory.GetDynamic<float>();
        shared[Group.IdxX] = given.values[Group.IdxX];
        Group.Barrier();
        given.values[Group.IdxX] = shared[127 - Group.IdxX];
    }

    [MockFact]
    public void Arguments_AreLaidOutAsTheTextReadsThem()
    {
        MockGpu.Reset();
        using var device = GpuDevices.Open("cuda:0");
        using var floats = device.Accelerator.Allocate1D<float>(64);
        using var bytes = device.Accelerator.Allocate1D<byte>(64);
        using var numbers = device.Accelerator.Allocate1D<int>(64);
        var given = new Arguments { values = floats.View.BaseView.SubView(8, 40), count = 7, bytes = bytes.View, position = new(numbers.View.BaseView.SubView(3, 1)), scale = 0.5f };
        var writer = new ArgumentWriter<Arguments>();
        var memory = new byte[writer.Size];
        unsafe
        {
            fixed (byte* at = memory) writer.Write(ref given, at);
        }

        Assert.Equal(64, writer.Size);
        long Long(int at) => BitConverter.ToInt64(memory, at);
        Assert.Equal((floats.NativePtr + 32, 40L), ((nint)Long(0), Long(8)));
        Assert.Equal(7, BitConverter.ToInt32(memory, 16));
        Assert.Equal((bytes.NativePtr, 64L), ((nint)Long(24), Long(32)));
        Assert.Equal((numbers.NativePtr + 12, 1L), ((nint)Long(40), Long(48)));
        Assert.Equal(0.5f, BitConverter.ToSingle(memory, 56));
        Arguments none = default;
        unsafe
        {
            fixed (byte* at = memory) writer.Write(ref none, at);
        }

        Assert.All(memory, b => Assert.Equal(0, b));
    }

    [MockFact]
    public void ALaunch_HasGridBlockSharedAndArguments()
    {
        Run(s_kernel, 5, 32);
        Assert.Contains(MockGpu.Log, l => l.StartsWith("launch Kernel_Double grid 5,1,1 block 32,1,1 shared 0 arguments 64 ", StringComparison.Ordinal));
        Assert.DoesNotContain(MockGpu.Log, l => l.StartsWith("attribute", StringComparison.Ordinal));
    }

    [MockFact]
    public void SharedMemoryAbove48KB_IsOptedInTo()
    {
        Run(s_large, 3, 128);
        Assert.Contains("attribute 8 of Kernel_Large = 150000", MockGpu.Log);
        Assert.Contains(MockGpu.Log, l => l.StartsWith("launch Kernel_Large grid 3,1,1 block 128,1,1 shared 150000 ", StringComparison.Ordinal));
    }

    [MockFact]
    public void MoreSharedMemoryThanTheDeviceGives_IsOneSentence()
    {
        string message = Fails(s_large, ("optin", 101376), ("major", 8), ("minor", 9));
        Assert.Contains("150000", message, StringComparison.Ordinal);
        Assert.Contains("101376", message, StringComparison.Ordinal);
    }

    [MockFact]
    public void ARefusedText_IsNamed_AndOtherKernelsStillRun()
    {
        MockGpu.Reset();
        MockGpu.AssembleWith("/bin/false");
        using var device = GpuDevices.Open("cuda:0");
        using var kernels = new CudaKernels((CudaAccelerator)device.Accelerator, device.Info);
        string message = Assert.Throws<DeviceException>(() => kernels.Launch(s_kernel, default, 1, 32)).Message;
        Assert.Contains("Test.Double", message, StringComparison.Ordinal);
        Assert.Contains("refuses the text", message, StringComparison.Ordinal);
        MockGpu.Set("assemble", 0);
        kernels.Launch(s_large, default, 1, 128);
        kernels.Launch(s_kernel, default, 1, 32);
    }

    [PtxasFact]
    public void TheTexts_PassARealAssembler()
    {
        if (MockGpu.Skip is not null) return;
        MockGpu.Reset();
        MockGpu.AssembleWith(Ptxas.Path);
        using var device = GpuDevices.Open("cuda:0");
        using var kernels = new CudaKernels((CudaAccelerator)device.Accelerator, device.Info);
        kernels.Launch(s_kernel, default, 1, 32);
        kernels.Launch(s_large, default, 1, 128);
        Assert.Equal(2, MockGpu.Log.Count(l => l == "assemble PTX 8.4 for sm_90a"));
    }

    [MockFact]
    public void ASecondStart_CompilesNothing_AndDamagedFilesAreMadeAgain()
    {
        Assert.Equal((1, 0), Run(s_kernel, 1, 32));
        Assert.Equal((0, 1), Run(s_kernel, 1, 32));
        Assert.DoesNotContain(MockGpu.Log, l => l.StartsWith("assemble", StringComparison.Ordinal));

        string[] files = Directory.GetFiles(Path.Combine(CacheFolder.Path, "cuda"));
        Assert.Equal(2, files.Length);
        foreach (string file in files)
        {
            var content = File.ReadAllBytes(file);
            content[^3] ^= 1;
            File.WriteAllBytes(file, content);
        }

        Assert.Equal((1, 0), Run(s_kernel, 1, 32));
        foreach (string file in files) File.WriteAllBytes(file, File.ReadAllBytes(file)[..20]);
        Assert.Equal((1, 0), Run(s_kernel, 1, 32));
        Assert.Equal((0, 1), Run(s_kernel, 1, 32));
    }

    [MockFact]
    public void MachineCodeThatTheDriverNoLongerTakes_IsMadeAgain()
    {
        Run(s_kernel, 1, 32);
        Assert.Equal((0, 0), Run(s_kernel, 1, 32, ("refuse-image", 1)));
        Assert.Contains("assemble PTX 8.4 for sm_90a", MockGpu.Log);
    }

    [MockFact]
    public void AnotherArchitectureOrDriver_HasCodeOfItsOwn()
    {
        Run(s_kernel, 1, 32);
        Assert.Equal((0, 0), Run(s_kernel, 1, 32, ("driver", 13000)));
        Assert.Equal((1, 0), Run(s_kernel, 1, 32, ("major", 8)));
        Assert.Contains("assemble PTX 8.4 for sm_80", MockGpu.Log);
    }

    [Fact]
    public void FilesThatManyWriteAtOnce_StayWhole()
    {
        string path = Path.Combine(CacheFolder.Path, "many");
        var contents = Enumerable.Range(0, 16).Select(i => Enumerable.Repeat((byte)i, 10_000 + i).ToArray()).ToList();
        HashedFile.Write(path, contents[0]);
        Parallel.For(0, 400, i =>
        {
            if (i % 2 == 0) HashedFile.Write(path, contents[i % 16]);
            var read = HashedFile.Read(path);
            Assert.NotNull(read);
            Assert.Equal(contents[read[0]], read);
        });
        Assert.Single(Directory.GetFiles(CacheFolder.Path));
    }

    public void Dispose() => _cache.Dispose();

    private static (int Compiled, int Cached) Run(DeviceKernel<Arguments> kernel, int groups, int threads, params (string, long)[] facts)
    {
        MockGpu.Reset(facts);
        using var device = GpuDevices.Open("cuda:0");
        using var kernels = new CudaKernels((CudaAccelerator)device.Accelerator, device.Info);
        kernels.Launch(kernel, default, groups, threads);
        return (kernels.Report.Compiled, kernels.Report.Cached);
    }

    private static string Fails(DeviceKernel<Arguments> kernel, params (string, long)[] facts)
    {
        string message = Assert.Throws<DeviceException>(() => Run(kernel, 1, 32, facts)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    /// <summary>Fields of every kind, in an order that needs padding.</summary>
    public struct Arguments
    {
        public ArrayView<float> values;
        public int count;
        public ArrayView<byte> bytes;
        public DeviceNumber position;
        public float scale;
    }
}
