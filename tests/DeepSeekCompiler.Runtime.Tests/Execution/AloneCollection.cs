namespace DeepSeekCompiler.Runtime.Tests.Execution;

/// <summary>Tests that measure the whole process (allocation, processor time) and therefore run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class AloneCollection
{
    public const string Name = "alone";
}
