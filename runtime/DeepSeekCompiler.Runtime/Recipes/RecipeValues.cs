using System.Text;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>The numbers of a weight recipe: a hash of the tensor's name and the seed, mixed by position (SplitMix64), bit for bit on every machine.</summary>
public static class RecipeValues
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>What stands for a tensor in the mix: FNV-1a of its name, and the seed.</summary>
    public static ulong Key(string name, ulong seed)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) hash = unchecked((hash ^ b) * 0x100000001B3);
        return unchecked(hash ^ (seed * Step));
    }

    /// <summary>offset + scale * (2u - 1), u in [0, 1) with 24 bits; product and sum rounded in double, then to float32.</summary>
    public static float At(ulong key, long index, double scale, double offset)
    {
        ulong z = unchecked(key + ((ulong)index + 1) * Step);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        z ^= z >> 31;
        double u = (z >> 40) * (1.0 / (1 << 24));
        double product = scale * ((2 * u) - 1);
        return (float)(offset + product);
    }
}
