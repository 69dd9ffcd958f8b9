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
    private static readonly Type[] s_primitives =
        [typeof(DeviceMath), typeof(MatrixCore), typeof(WarpLanes), typeof(Warpgroup), typeof(WarpgroupAttention), typeof(TileCopy), typeof(TransferBarrier)];

    /// <summary>Tells a context about the primitives; before its first accelerator compiles anything.</summary>
    public static void Register(Context context)
    {
        foreach (var primitives in s_primitives)
        {
            Register(context, primitives);
        }
    }

    /// <summary>Tells a context about the primitives of one class.</summary>
    public static void Register(Context context, Type primitives)
    {
        var manager = context.GetIntrinsicManager();
        foreach (var method in primitives.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (method.GetCustomAttribute<PtxAttribute>() is not null)
            {
                manager.RegisterMethod(method, new PTXIntrinsic(typeof(Intrinsics), nameof(PrintPtx), IntrinsicImplementationMode.GenerateCode));
            }

            if (method.GetCustomAttribute<OpenClAttribute>() is not null)
            {
                manager.RegisterMethod(method, new CLIntrinsic(typeof(Intrinsics), nameof(PrintOpenCl), IntrinsicImplementationMode.GenerateCode));
            }

            if (method.GetCustomAttribute<OpenClMethodAttribute>() is { } other)
            {
                manager.RegisterMethod(method, new CLIntrinsic(primitives, other.Name, IntrinsicImplementationMode.Redirect));
            }
        }
    }

    /// <summary>Called by ILGPU through reflection.</summary>
    public static void PrintPtx(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        var operands = new List<List<string>>();
        foreach (Value node in call.Nodes)
        {
            operands.Add([.. Fields(generator.Load(node)).Select(register => Name(generator.EnsureHardwareRegister(register)))]);
        }

        List<string> results = call.Type.IsVoidType ? [] : [.. Fields(generator.Allocate(call)).Select(register => Name((PTXCodeGenerator.HardwareRegister)register))];
        var template = Source(call).GetCustomAttribute<PtxAttribute>()!;
        for (var i = template.First; template.Accumulates && i < results.Count; i++)
        {
            generator.Builder.Append("\tmov.b32 ").Append(results[i]).Append(", ").Append(operands[0][i - template.First]).Append(";\n");
        }

        var text = Operand().Replace(
            template.Text,
            match => match.Value == "$r*" ? string.Join(", ", results)
                : match.Groups["last"].Success ? string.Join(", ", results[Number(match.Groups[1])..(Number(match.Groups["last"]) + 1)])
                : match.Groups[1].Success ? results[Number(match.Groups[1])]
                : operands[Number(match.Groups[2])][match.Groups[3].Success ? Number(match.Groups[3]) : 0]);
        generator.Builder.Append('\t').Append(text).Append('\n');
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
        generator.Builder.Append(result).Append(" = ").Append(Operand().Replace(Source(call).GetCustomAttribute<OpenClAttribute>()!.Text, match => operands[Number(match.Groups[2])])).Append(";\n");
    }

    private static MethodInfo Source(MethodCall call) => (MethodInfo)call.Target.Source;

    private static string Name(PTXCodeGenerator.HardwareRegister register) => "%" + PTXRegisterAllocator.GetStringRepresentation(register);

    private static string Constant(CLCodeGenerator.ConstantVariable constant) => constant.BasicValueType.ToString().StartsWith("Float32", StringComparison.Ordinal)
        ? $"as_float(0x{BitConverter.SingleToUInt32Bits(constant.Value.Float32Value):x}u)"
        : constant.Value.Int64Value.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<PTXCodeGenerator.PrimitiveRegister> Fields(PTXCodeGenerator.Register register) => register is PTXCodeGenerator.CompoundRegister compound
        ? compound.Children.SelectMany(Fields)
        : [(PTXCodeGenerator.PrimitiveRegister)register];

    private static int Number(Capture group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\$(?:r\*|r(\d+)(?:-(?<last>\d+))?|(\d+)(?:\.(\d+))?)")]
    private static partial Regex Operand();
}
