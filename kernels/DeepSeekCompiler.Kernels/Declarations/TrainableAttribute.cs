namespace DeepSeekCompiler;

/// <summary>
/// The generator also writes the nested class <c>Training</c>: backward kernels and a pass that adds up gradients of every tensor. Masters are
/// float32 whatever the storage formats are. Variants of a trainable model are trainable.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TrainableAttribute : Attribute
{
    /// <summary>What is multiplied; float32 unless said otherwise.</summary>
    public TrainingPrecision Precision { get; set; }
}
