namespace DeepSeekCompiler.Runtime.Gpu.Caching;

/// <summary>Where compiled code is kept between runs: DSC_CACHE, or <c>deepseek-compiler</c> in the user's cache folder.</summary>
public static class CacheFolder
{
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable("DSC_CACHE") is { Length: > 0 } own)
            {
                return own;
            }

            var root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
                : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return System.IO.Path.Combine(root, "deepseek-compiler");
        }
    }
}
