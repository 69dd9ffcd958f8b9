using System.Reflection;
using DeepSeekCompiler.Generators.Declaration;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tests.Support;
using Microsoft.CodeAnalysis;

namespace DeepSeekCompiler.Generators.Tests;

public sealed class SpecTests
{
    public static TheoryData<Type> Cached =>
        [typeof(ModelSpec), typeof(ModelDeclaration), typeof(Resolution), typeof(ConfigText), typeof(GeneratedFile), typeof(CompileOptions)];

    [Theory]
    [MemberData(nameof(Cached))]
    public void ACachedRecord_HoldsNoRoslynTypeAndIsEquatable(Type root)
    {
        var seen = new HashSet<Type>();
        Walk(root, seen);
        Assert.Contains(root, seen);
        Assert.DoesNotContain(seen, t => t.Assembly.GetName().Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));

        // What looks equal must be: no arrays, lists or classes without their own equality.
        Assert.All(
            seen.Where(t => !t.IsEnum && !t.IsAbstract),
            t => Assert.True(typeof(IEquatable<>).MakeGenericType(t).IsAssignableFrom(t), $"{t} compares by reference."));
    }

    [Fact]
    public void TheWalk_FindsRoslynTypesWhereTheyAre()
    {
        var seen = new HashSet<Type>();
        Walk(typeof(ModelGenerator).Assembly.GetTypes().Single(t => t.Name == "LocatedDeclaration"), seen);
        Assert.Contains(typeof(Location), seen);
    }

    [Fact]
    public void NothingInSpec_SeesRoslyn()
    {
        var types = typeof(ModelSpec).Assembly.GetTypes().Where(t => t.Namespace == typeof(ModelSpec).Namespace);
        var seen = new HashSet<Type>();
        foreach (var type in types.Where(t => !t.IsGenericTypeDefinition))
        {
            Walk(type, seen);
        }

        Assert.Contains(typeof(YarnSpec), seen);
        Assert.DoesNotContain(seen, t => t.Assembly.GetName().Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Declarations.Valid)]
    [InlineData(Declarations.Usings + "[ModelFromConfig(\"config.json\")] [Fp8(Policy = Fp8Policy.Full)] partial class M;")]
    public void TwoRuns_GiveEqualButNotSameSpecs(string source)
    {
        var (first, second) = (Run(source), Run(source));
        Assert.NotSame(first, second);
        Assert.NotSame(first.Experts, second.Experts);
        Assert.Equal(first, second);
        Assert.Equal(first.GetHashCode(), second.GetHashCode());
        Assert.NotEqual(first, second with { Formats = second.Formats with { Cache = NumberFormat.BF16 } });
    }

    [Fact]
    public void EveryGoldenSpec_KeepsTheRules() => Assert.All(
        Files.ConfigNames("golden-"),
        name => Assert.Empty(SpecValidator.Check(Declaration.Configs.ConfigReader.Read(Files.Config(name), "M", "").Spec!)));

    [Fact]
    public void Enumerations_OfAttributesAndSpecsAreTheSame()
    {
        Assert.Equal(Enum.GetNames<DeepSeekCompiler.ScoringFunc>(), Enum.GetNames<Spec.ScoringFunc>());
        Assert.Equal(Enum.GetNames<DeepSeekCompiler.TopkMethod>(), Enum.GetNames<Spec.TopkMethod>());
        Assert.Equal(Enum.GetNames<DeepSeekCompiler.Fp8Policy>(), Enum.GetNames<Spec.Fp8Policy>());
        Assert.Equal(Enum.GetNames<Kernels.Formats.StorageFormat>(), Enum.GetNames<NumberFormat>().Take(5));
    }

    private static ModelSpec Run(string source)
    {
        var result = Sandbox.Driver(new TextFile("/x/config.json", Files.Config("golden-v3-fp8-full"))).RunGenerators(Sandbox.Compile(source)).GetRunResult();
        return Steps.Outputs(result, TrackingNames.Spec).OfType<ModelSpec>().Single();
    }

    private static void Walk(Type type, HashSet<Type> seen)
    {
        if (type.IsArray)
        {
            Walk(type.GetElementType()!, seen);
            return;
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            type = inner;
        }

        if (!seen.Add(type) || type.Namespace == "System")
        {
            return;
        }

        // The array inside EquatableArray is what it wraps; items are reached through its argument.
        var wrapper = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableArray<>);
        var parts = wrapper
            ? type.GetGenericArguments()
            : type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(f => f.FieldType);
        foreach (var part in parts.Concat(type.IsAbstract ? type.Assembly.GetTypes().Where(t => t.BaseType == type && t.Namespace == type.Namespace) : []))
        {
            Walk(part, seen);
        }
    }
}
