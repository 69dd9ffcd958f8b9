namespace DeepSeekCompiler;

/// <summary>Declares a model by a Hugging Face <c>config.json</c> that the project lists under AdditionalFiles.</summary>
/// <remarks>A file says neither FP8 policy nor cache format: <see cref="Fp8Attribute"/> and <see cref="FormatsAttribute"/> do.</remarks>
/// <param name="path">The end of the file's path, whole folder names, such as <c>"moonlight/config.json"</c>; exactly one file must match.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ModelFromConfigAttribute(string path) : Attribute
{
    /// <summary>The end of the file's path.</summary>
    public string Path { get; } = path;
}
