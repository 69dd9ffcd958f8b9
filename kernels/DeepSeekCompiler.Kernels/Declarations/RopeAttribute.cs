namespace DeepSeekCompiler;

/// <summary>Rotary position embedding on interleaved pairs. Without it, theta is 10000.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class RopeAttribute : Attribute
{
    /// <summary>Base of the rotation frequencies.</summary>
    public double Theta { get; set; }
}
