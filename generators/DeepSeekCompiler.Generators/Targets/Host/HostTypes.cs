using System;
using System.Globalization;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Targets.Host;

/// <summary>How formats and registers are spelled in C#.</summary>
internal static class HostTypes
{
    public static string Element(NumberFormat format) => format switch
    {
        NumberFormat.F32 => "float",
        NumberFormat.F16 or NumberFormat.BF16 => "ushort",
        NumberFormat.E4M3 => "byte",
        NumberFormat.I32 => "int",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    public static string Parameter(Loops.Buffer buffer) => buffer.IsTable ? "byte**" : Element(buffer.Format) + "*";

    public static string Register(ScalarKind kind, int lanes) => lanes == 1
        ? kind switch { ScalarKind.F32 => "float", ScalarKind.I32 => "int", _ => "bool" }
        : $"{Vector(lanes)}<{(kind == ScalarKind.F32 ? "float" : "int")}>";

    public static string Vector(int lanes) => "Vector" + Bits(lanes);

    public static string Bits(int lanes) => (lanes * 32).ToString(CultureInfo.InvariantCulture);
}
