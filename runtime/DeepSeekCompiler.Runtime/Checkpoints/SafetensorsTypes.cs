using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>The one table of safetensors element types: name in the file and bytes of an element.</summary>
public static class SafetensorsTypes
{
    private static readonly (string Name, SafetensorsType Type, int Size)[] s_all =
    [
        ("F64", SafetensorsType.F64, 8), ("F32", SafetensorsType.F32, 4), ("F16", SafetensorsType.F16, 2), ("BF16", SafetensorsType.BF16, 2),
        ("F8_E4M3", SafetensorsType.F8E4M3, 1), ("I64", SafetensorsType.I64, 8), ("I32", SafetensorsType.I32, 4), ("I16", SafetensorsType.I16, 2),
        ("I8", SafetensorsType.I8, 1), ("U8", SafetensorsType.U8, 1), ("BOOL", SafetensorsType.Bool, 1),
    ];

    public static bool TryParse(string name, out SafetensorsType type)
    {
        foreach (var (n, t, _) in s_all)
        {
            if (n != name) continue;
            type = t;
            return true;
        }

        type = default;
        return false;
    }

    /// <summary>Bytes of an element.</summary>
    public static int Size(SafetensorsType type) => Array.Find(s_all, x => x.Type == type).Size;

    /// <summary>The name in a file.</summary>
    public static string Name(SafetensorsType type) => Array.Find(s_all, x => x.Type == type).Name;

    /// <summary>The type a weight format is stored as.</summary>
    public static SafetensorsType Of(StorageFormat format) => format switch
    {
        StorageFormat.F32 => SafetensorsType.F32,
        StorageFormat.F16 => SafetensorsType.F16,
        StorageFormat.BF16 => SafetensorsType.BF16,
        _ => SafetensorsType.F8E4M3,
    };
}
