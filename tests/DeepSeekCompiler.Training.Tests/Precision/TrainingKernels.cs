using System.Reflection;
using System.Runtime.InteropServices;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Training.Tests.Precision;

/// <summary>The kernels of a training pass, called by name with arrays.</summary>
internal sealed unsafe class TrainingKernels(ModelSpec spec, TrainingPrecision precision, int width) : IDisposable
{
    private readonly TrainingPass _pass = TrainingCompiler.Open(spec, new() { Batch = 1, Length = 4, Threads = 2, VectorWidth = width, Precision = precision });

    /// <summary>Arguments by the names of the kernel's parameters: float[], int[], float[][] (a table, null where no expert may be touched) or int.</summary>
    public void Run(string kernel, params (string Name, object Value)[] arguments)
    {
        var method = _pass.GetType().GetNestedType(kernel, BindingFlags.NonPublic | BindingFlags.Public)!.GetMethod("Run")!;
        var pins = new List<GCHandle>();
        nint Pin(object array)
        {
            pins.Add(GCHandle.Alloc(array, GCHandleType.Pinned));
            return pins[^1].AddrOfPinnedObject();
        }

        object[] given = [.. method.GetParameters().Select(p => p.Name == "run" ? _pass.Run : arguments.Single(a => a.Name == p.Name).Value switch
        {
            float[][] table => Pointer.Box((void*)Pin(table.Select(t => t is null ? 0 : Pin(t)).ToArray()), p.ParameterType),
            Array array => Pointer.Box((void*)Pin(array), p.ParameterType),
            var number => number,
        })];
        method.Invoke(null, given);
        foreach (var pin in pins) pin.Free();
    }

    public void Dispose() => _pass.Dispose();
}
