using System.Runtime.Intrinsics;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

public unsafe class HostVectorTests
{
    [Theory]
    [InlineData("512", 512)]
    [InlineData("256", 256)]
    [InlineData("128", 128)]
    [InlineData("0", 0)]
    public void Variable_ChoosesTheWidth(string value, int width) => Assert.Equal(width, HostVector.Resolve(value));

    [Fact]
    public void WithoutVariable_TheProcessorChooses()
    {
        var widest = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        Assert.Equal(widest, HostVector.Resolve(null));
        Assert.Equal(widest, HostVector.Resolve(""));
    }

    [Theory]
    [InlineData("1024")]
    [InlineData("avx2")]
    [InlineData(" 512")]
    public void AnyOtherValue_IsOneSentence(string value) => Assert.Equal(
        $"The environment variable DSC_VECTOR is '{value}'; it must be 512, 256, 128, or 0 for scalar code.",
        Assert.Throws<InvalidOperationException>(() => HostVector.Resolve(value)).Message);

    [Theory]
    [InlineData(512, "1111", 512)]
    [InlineData(256, "1111", 256)]
    [InlineData(128, "1111", 128)]
    [InlineData(0, "1111", 0)]
    [InlineData(512, "0111", 256)]
    [InlineData(512, "0001", 0)]
    [InlineData(256, "1001", 0)]
    [InlineData(256, "1000", 512)]
    [InlineData(128, "1100", 256)]
    [InlineData(0, "1100", 256)]
    public void MissingWidth_FallsToTheNextNarrowerThenTheNextWider(int width, string compiled, int picked)
    {
        delegate*<void*, int, int, void> p512 = compiled[0] == '1' ? &Is512 : null;
        delegate*<void*, int, int, void> p256 = compiled[1] == '1' ? &Is256 : null;
        delegate*<void*, int, int, void> p128 = compiled[2] == '1' ? &Is128 : null;
        delegate*<void*, int, int, void> p0 = compiled[3] == '1' ? &Is0 : null;
        var width0 = -1;
        HostVector.Pick(width, p512, p256, p128, p0)(&width0, 0, 1);
        Assert.Equal(picked, width0);
    }

    [Fact]
    public void NothingCompiled_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => { HostVector.Pick(512, null, null, null, null); });

    private static void Is512(void* to, int begin, int end) => *(int*)to = 512;

    private static void Is256(void* to, int begin, int end) => *(int*)to = 256;

    private static void Is128(void* to, int begin, int end) => *(int*)to = 128;

    private static void Is0(void* to, int begin, int end) => *(int*)to = 0;
}
