using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Names and sizes of the element types of safetensors files.</summary>
public static class SafetensorsTypes
{
    // In the order of the enumeration.
    private static readonly (string Name, int Bytes, Type Element)[] Table =
    [
        ("BOOL", 1, typeof(byte)), ("U8", 1, typeof(byte)), ("I8", 1, typeof(sbyte)), ("F8_E4M3", 1, typeof(byte)), ("F8_E5M2", 1, typeof(byte)),
        ("U16", 2, typeof(ushort)), ("I16", 2, typeof(short)), ("F16", 2, typeof(ushort)), ("BF16", 2, typeof(ushort)),
        ("U32", 4, typeof(uint)), ("I32", 4, typeof(int)), ("F32", 4, typeof(float)),
        ("U64", 8, typeof(ulong)), ("I64", 8, typeof(long)), ("F64", 8, typeof(double)),
    ];

    /// <summary>The name in file headers, such as <c>F8_E4M3</c>.</summary>
    public static string NameOf(SafetensorsType type) => Table[(int)type].Name;

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(SafetensorsType type) => Table[(int)type].Bytes;

    /// <summary>The C# type of one element; 16-bit and 8-bit floating point numbers are read as their codes.</summary>
    public static Type ElementOf(SafetensorsType type) => Table[(int)type].Element;

    /// <summary>The type with a name, or null.</summary>
    public static SafetensorsType? Find(string? name)
    {
        for (var i = 0; i < Table.Length; i++)
        {
            if (Table[i].Name == name)
            {
                return (SafetensorsType)i;
            }
        }

        return null;
    }

    /// <summary>The format kernels read this type as; null for types that no weight has.</summary>
    public static StorageFormat? FormatOf(SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => StorageFormat.F32,
        SafetensorsType.F16 => StorageFormat.F16,
        SafetensorsType.BF16 => StorageFormat.BF16,
        SafetensorsType.F8E4M3 => StorageFormat.E4M3,
        _ => null,
    };

    /// <summary>How a format is stored.</summary>
    public static SafetensorsType TypeOf(StorageFormat format) => format switch
    {
        StorageFormat.F32 => SafetensorsType.F32,
        StorageFormat.F16 => SafetensorsType.F16,
        StorageFormat.BF16 => SafetensorsType.BF16,
        _ => SafetensorsType.F8E4M3,
    };
}
