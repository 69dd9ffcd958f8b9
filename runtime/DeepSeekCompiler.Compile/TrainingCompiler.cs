using System.Reflection;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Compile;

/// <summary>Compiles the training pass of a specification, as the build does for a declaration with <c>[Trainable]</c>; the assembly is kept on disk.</summary>
public static class TrainingCompiler
{
    /// <param name="spec">The model, for example <see cref="CheckpointSpec.ReadConfig"/> of a config.json; its storage formats do not matter.</param>
    /// <param name="options">Sizes, threads, width.</param>
    /// <returns>A pass whose parameters are zero.</returns>
    /// <exception cref="CheckpointException">The model cannot be trained, or the vector width is not known.</exception>
    /// <exception cref="ArgumentException">A size that training does not take.</exception>
    public static TrainingPass Open(ModelSpec spec, TrainingOptions options)
    {
        var precision = options.Precision is { } asked ? (Generators.Spec.TrainingPrecision)asked : spec.Precision;
        var trainable = spec with { Trainable = true, Precision = precision };
        foreach (var problem in TrainingChecks.Check(trainable)) throw new CheckpointException(problem.Message);
        var (assembly, _) = AssemblyCache.Get(trainable, new CompileOptions(ModelLoader.Widths(options.VectorWidth ?? HostVector.Width)));
        var type = assembly.GetType($"{spec.Namespace}.{spec.ClassName}+Training", true)!;
        try
        {
            return (TrainingPass)Activator.CreateInstance(type, options.Batch, options.Length, options.Threads)!;
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException inner)
        {
            throw inner;
        }
    }
}
