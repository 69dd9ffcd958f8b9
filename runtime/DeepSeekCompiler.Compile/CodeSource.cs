namespace DeepSeekCompiler.Compile;

/// <summary>Where a model's code came from.</summary>
public enum CodeSource
{
    /// <summary>Compiled with the program.</summary>
    Precompiled,

    /// <summary>Compiled earlier, read from the disk cache.</summary>
    Cached,

    /// <summary>Compiled now.</summary>
    Compiled,
}
