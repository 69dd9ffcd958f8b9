using System.Reflection;
using DeepSeekCompiler.Generators.Declaration.Configs;

namespace DeepSeekCompiler.Generators.Tests;

/// <summary>Symbols are seen by one folder; everything behind it also serves the run-time compiler, which has none.</summary>
public sealed class WallTests
{
    private const BindingFlags Everything =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Free => ["Spec", "Declaration", "Declaration.Json", "Declaration.Configs", "Declaration.Checks", "Declaration.Settings"];

    [Theory]
    [MemberData(nameof(Free))]
    public void AFolderBehindTheDoor_UsesNoRoslynType(string folder)
    {
        var types = TypesOf(folder);
        Assert.NotEmpty(types);
        Assert.DoesNotContain(types.SelectMany(Used), IsRoslyn);
    }

    [Fact]
    public void TheSymbolFolder_DoesUseThem() => Assert.Contains(TypesOf("Declaration.Symbols").SelectMany(Used), IsRoslyn);

    private static List<Type> TypesOf(string folder) =>
        [.. typeof(ConfigReader).Assembly.GetTypes().Where(t => t.Namespace == "DeepSeekCompiler.Generators." + folder)];

    private static bool IsRoslyn(Type type) => type.Assembly.GetName().Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal);

    private static IEnumerable<Type> Used(Type type)
    {
        var methods = type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)).ToList();
        return type.GetFields(Everything).Select(f => f.FieldType)
            .Concat(methods.SelectMany(m => m.GetParameters()).Select(p => p.ParameterType))
            .Concat(methods.OfType<MethodInfo>().Select(m => m.ReturnType))
            .Concat(methods.SelectMany(m => m.GetMethodBody()?.LocalVariables ?? []).Select(l => l.LocalType))
            .SelectMany(t => t.IsGenericType ? t.GetGenericArguments().Append(t) : [t]);
    }
}
