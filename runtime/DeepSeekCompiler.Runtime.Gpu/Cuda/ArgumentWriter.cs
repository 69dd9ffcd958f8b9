using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>Writes a kernel's arguments as its PTX reads them: fields in their order at their natural alignment, a view as address and length.</summary>
/// <typeparam name="T">Views, numbers, and structures of them.</typeparam>
internal sealed unsafe class ArgumentWriter<T>
    where T : struct
{
    private const int ViewBytes = 16;
    private static readonly MethodInfo s_store = typeof(ArgumentWriter<T>).GetMethod(nameof(StoreView), BindingFlags.NonPublic | BindingFlags.Static)!;

    private readonly Writer _write;

    public ArgumentWriter()
    {
        var method = new DynamicMethod("WriteArguments", typeof(void), [typeof(T).MakeByRefType(), typeof(byte*)], typeof(ArgumentWriter<T>).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        var at = 0;
        Emit(il, typeof(T), [], ref at);
        il.Emit(OpCodes.Ret);
        Size = Up(at, AlignmentOf(typeof(T)));
        _write = method.CreateDelegate<Writer>();
    }

    private delegate void Writer(ref T arguments, byte* memory);

    /// <summary>Bytes of the arguments.</summary>
    public int Size { get; }

    public void Write(ref T arguments, byte* memory) => _write(ref arguments, memory);

    private static void Emit(ILGenerator il, Type type, FieldInfo[] path, ref int at)
    {
        foreach (var field in FieldsOf(type))
        {
            at = Up(at, AlignmentOf(field.FieldType));
            FieldInfo[] inner = [.. path, field];
            if (!IsView(field.FieldType) && !field.FieldType.IsPrimitive)
            {
                Emit(il, field.FieldType, inner, ref at);
                at = Up(at, AlignmentOf(field.FieldType));
                continue;
            }

            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldc_I4, at);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldarg_0);
            foreach (var step in inner)
            {
                il.Emit(OpCodes.Ldflda, step);
            }

            if (IsView(field.FieldType))
            {
                il.Emit(OpCodes.Call, s_store.MakeGenericMethod(field.FieldType.GetGenericArguments()));
                at += ViewBytes;
            }
            else
            {
                il.Emit(OpCodes.Ldobj, field.FieldType);
                il.Emit(OpCodes.Stobj, field.FieldType);
                at += Marshal.SizeOf(field.FieldType);
            }
        }
    }

    private static void StoreView<TElement>(byte* memory, ref ArrayView<TElement> view)
        where TElement : unmanaged
    {
        ((long*)memory)[0] = view.IsValid ? view.LoadEffectiveAddressAsPtr() : 0;
        ((long*)memory)[1] = view.Length;
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).OrderBy(f => f.MetadataToken);

    private static bool IsView(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>);

    private static int AlignmentOf(Type type) => IsView(type) ? 8 : type.IsPrimitive ? Marshal.SizeOf(type) : FieldsOf(type).Max(f => AlignmentOf(f.FieldType));

    private static int Up(int value, int alignment) => (value + alignment - 1) / alignment * alignment;
}
