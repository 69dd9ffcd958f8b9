using System;

namespace DeepSeekCompiler.Generators.Declaration.Json;

/// <summary>A text that is not JSON, with the place where that shows. Never leaves the configuration reader.</summary>
public sealed class JsonException(string message, JsonPosition position) : Exception(message)
{
    /// <summary>Where reading stopped.</summary>
    public JsonPosition Position { get; } = position;
}
