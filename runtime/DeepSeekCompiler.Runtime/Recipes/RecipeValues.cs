using System.Runtime.CompilerServices;
using System.Text;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>The values of recipe tensors: a counter-based generator (SplitMix64), so that any element can be made on its own.</summary>
/// <param name="Key">FNV-1a of the tensor name, mixed with the seed.</param>
/// <param name="Scale">Half the width of the distribution.</param>
/// <param name="Offset">Its middle.</param>
public readonly record struct RecipeValues(ulong Key, double Scale, double Offset)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>The values of a tensor of a recipe.</summary>
    public static RecipeValues Of(RecipeTensor tensor, ulong seed) =>
        new(Hash(tensor.ValuesOf ?? tensor.Name) ^ unchecked(seed * Golden), tensor.Scale, tensor.Offset);

    /// <summary>64-bit FNV-1a of the UTF-8 bytes of a name.</summary>
    public static ulong Hash(string name)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ b) * 0x100000001B3);
        }

        return hash;
    }

    /// <summary>The 64 random bits of element <paramref name="index"/>, row-major.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Bits(long index)
    {
        unchecked
        {
            var z = Key + ((ulong)index + 1) * Golden;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>The value of element <paramref name="index"/>: product and sum rounded in double, then rounded once to float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Value(long index)
    {
        // 24 bits fit a long conversion, which is one instruction; the unsigned one is not.
        var u = (long)(Bits(index) >> 40) * (1.0 / (1 << 24));
        return (float)(Offset + Scale * (2 * u - 1));
    }
}
