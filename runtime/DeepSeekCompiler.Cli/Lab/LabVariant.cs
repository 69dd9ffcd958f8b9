using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Cli.Lab;

/// <summary>One way to build or train the laboratory's model.</summary>
/// <param name="Group">What it is compared by: attention, queries, routing, objective.</param>
/// <param name="Name">In the table.</param>
/// <param name="Model">The declared model.</param>
/// <param name="Settings">How it is trained; steps and seed are set for all alike.</param>
internal sealed record LabVariant(string Group, string Name, ModelSpec Model, TrainingSettings Settings);
