using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Gpu.Tests.Support;

/// <summary>An empty cache for the time of a test.</summary>
internal sealed class CacheScope : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string? _before = Environment.GetEnvironmentVariable("DSC_CACHE");

    public CacheScope() => Environment.SetEnvironmentVariable("DSC_CACHE", _folder.Path);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("DSC_CACHE", _before);
        _folder.Dispose();
    }
}
