using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Device primitives with a text of their own in each device language: ILGPU calls back for every use, and the template is filled with its registers.</summary>
internal static partial class Intrinsics
{
    /// <summary>Tells a context about the primitives of a class; before its first accelerator compiles anything.</summary>
    public static void Register(Context context, Type primitives)
    {
        var manager = context.GetIntrinsicManager();
        foreach (var method in primitives.GetMethods(BindingFlags.Static | BindingFlags.Public))
        {
            if (method.GetCustomAttribute<PtxAttribute>() is not null)
            {
                manager.RegisterMethod(method, new PTXIntrinsic(typeof(Intrinsics), nameof(PrintPtx), IntrinsicImplementationMode.GenerateCode));
            }

            if (method.GetCustomAttribute<OpenClAttribute>() is not null)
            {
                manager.RegisterMethod(method, new CLIntrinsic(typeof(Intrinsics), nameof(PrintOpenCl), IntrinsicImplementationMode.GenerateCode));
            }
        }
    }

    /// <summary>Called by ILGPU through reflection.</summary>
    public static void PrintPtx(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        var operands = new List<string>();
        foreach (Value node in call.Nodes)
        {
            operands.Add(Name(generator.EnsureHardwareRegister((PTXCodeGenerator.PrimitiveRegister)generator.Load(node))));
        }

        var result = call.Type.IsVoidType ? "" : Name(generator.AllocateHardware(call));
        generator.Builder.Append('\t').Append(Fill(Source(call).GetCustomAttribute<PtxAttribute>()!.Text, operands, result)).Append('\n');
    }

    /// <summary>Called by ILGPU through reflection.</summary>
    public static void PrintOpenCl(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        var operands = new List<string>();
        foreach (Value node in call.Nodes)
        {
            var operand = generator.Load(node);
            operands.Add(operand is CLCodeGenerator.ConstantVariable constant ? Constant(constant) : operand.ToString()!);
        }

        var result = generator.Allocate(call);
        generator.Declare(result);
        generator.Builder.Append('\n');
        generator.AppendIndent();
        generator.Builder.Append(result).Append(" = ").Append(Fill(Source(call).GetCustomAttribute<OpenClAttribute>()!.Text, operands, "")).Append(";\n");
    }

    private static MethodInfo Source(MethodCall call) => (MethodInfo)call.Target.Source;

    private static string Name(PTXCodeGenerator.HardwareRegister register) => "%" + PTXRegisterAllocator.GetStringRepresentation(register);

    private static string Constant(CLCodeGenerator.ConstantVariable constant) => constant.BasicValueType.ToString().StartsWith("Float32", StringComparison.Ordinal)
        ? $"as_float(0x{BitConverter.SingleToUInt32Bits(constant.Value.Float32Value):x}u)"
        : constant.Value.Int64Value.ToString(CultureInfo.InvariantCulture);

    private static string Fill(string template, List<string> operands, string result) => Operand().Replace(
        template,
        match => match.Value == "$r0" ? result : operands[int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)]);

    [GeneratedRegex(@"\$(?:r0|(\d+))")]
    private static partial Regex Operand();
}
