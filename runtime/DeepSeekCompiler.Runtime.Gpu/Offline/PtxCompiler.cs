using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Gpu.Primitives;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DeepSeekCompiler.Runtime.Gpu.Offline;

/// <summary>Compiles generated kernels to PTX without a device or a driver.</summary>
public sealed partial class PtxCompiler : IDisposable
{
    // What ILGPU makes of a condition that is converted to float32: its bits, which are the smallest number there is.
    private const string ConditionAsNumber = "0f00000001, 0f00000000";

    private readonly Context _context;
    private readonly PTXBackend _backend;
    private readonly string _target;

    /// <param name="target"><c>sm_80</c>, <c>sm_89</c>, <c>sm_90a</c> ...</param>
    /// <param name="major">Version of the PTX language, which the driver or assembler must know.</param>
    /// <param name="minor">Its minor part.</param>
    public PtxCompiler(string target, int major = 8, int minor = 4)
    {
        ArgumentNullException.ThrowIfNull(target);
        var number = Digits().Match(target).Value;
        if (number.Length < 2)
        {
            throw new ArgumentException($"{target} is no CUDA architecture; sm_80, sm_89 and sm_90a are.", nameof(target));
        }

        _target = target;
        _context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        Intrinsics.Register(_context);
        var architecture = new CudaArchitecture(number[..^1].Length == 0 ? 0 : int.Parse(number[..^1]), number[^1] - '0');
        var capabilities = new CudaCapabilityContext(architecture);
        // ILGPU writes no target above sm_80 of its own accord.
        SetTarget(capabilities, architecture);
        _backend = new PTXBackend(_context, capabilities, architecture, new CudaInstructionSet(major, minor), null);
    }

    /// <summary>The kernels of a generated device program: name and entry method.</summary>
    public static IEnumerable<(string Name, MethodInfo Entry)> Kernels(DeviceCode program)
    {
        ArgumentNullException.ThrowIfNull(program);
        foreach (var kernel in DeviceKernel.Classes(program))
        {
            foreach (var method in kernel.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            {
                if (method.GetParameters() is [{ ParameterType.Name: "Arguments" }])
                {
                    yield return ($"{kernel.Name}.{method.Name}", method);
                }
            }
        }
    }

    /// <summary>PTX of one kernel, the same text for the same kernel.</summary>
    /// <exception cref="NotSupportedException">It computes with a condition as a float32 number, which ILGPU converts wrongly.</exception>
    public string Compile(MethodInfo entry)
    {
        var compiled = (PTXCompiledKernel)_backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(entry), Specialization(entry));
        var text = Target().Replace(Canonical(compiled.PTXAssembly), ".target " + _target);
        return text.Contains(ConditionAsNumber, StringComparison.Ordinal)
            ? throw new NotSupportedException($"{entry.DeclaringType?.Name}.{entry.Name} converts a condition to float32 (condition ? 1 : 0), which ILGPU does by its bits; write 1f and 0f.")
            : text;
    }

    /// <summary>What a launch will say of a generated kernel's groups: how many threads, and that a kernel with a multiprocessor to itself has all its registers.</summary>
    internal static KernelSpecialization Specialization(MethodInfo entry) =>
        entry.DeclaringType!.GetField("s_" + entry.Name, BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null) is Execution.DeviceKernel { SharedBytes: > 0 } kernel
            ? new KernelSpecialization(kernel.Threads, 1)
            : KernelSpecialization.Empty;

    /// <inheritdoc/>
    public void Dispose()
    {
        _backend.Dispose();
        _context.Dispose();
    }

    /// <summary>ILGPU numbers methods, labels and parameters in the order of compilation: renumbered, equal kernels have equal text.</summary>
    internal static string Canonical(string text)
    {
        var names = new Dictionary<string, string>();
        return Numbered().Replace(text, match =>
        {
            if (!names.TryGetValue(match.Value, out var name))
            {
                names[match.Value] = name = match.Groups[1].Value + names.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            return name;
        });
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_TargetArchitecture")]
    private static extern void SetTarget(CudaCapabilityContext context, CudaArchitecture architecture);

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\.target sm_\w+")]
    private static partial Regex Target();

    // Names that end in an underscore and numbers, but for architectures (sm_80); what follows % or . is a register or a part of an instruction.
    [GeneratedRegex(@"(?<![%.\w])((?!sm_)[A-Za-z_$][\w$]*?_|__local_depot)\d+(?:_\d+)*\b")]
    private static partial Regex Numbered();
}
