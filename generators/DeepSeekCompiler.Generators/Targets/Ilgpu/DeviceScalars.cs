using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Targets.Ilgpu;

/// <summary>How integer parameters reach a kernel. One that changes from step to step lives in device memory, so that a recorded step can be replayed.</summary>
internal static class DeviceScalars
{
    private const string Changing = "DeviceNumber";

    /// <summary>C# type of a kernel's parameter.</summary>
    public static string Type(Var scalar) => scalar.Name == "position" ? Changing : "int";

    /// <summary>C# type of what is handed to the launch in its place.</summary>
    public static string OnTheHost(string type) => type == Changing ? "StepNumber" : type;
}
