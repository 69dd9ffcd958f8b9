using System.Globalization;
using System.Text.RegularExpressions;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>What a multiprocessor has to share among groups (CUDA C++ Programming Guide, technical specifications per compute capability).</summary>
/// <param name="Warps">Warps that are resident at once.</param>
/// <param name="Groups">Groups that are resident at once.</param>
/// <param name="SharedBytes">Shared memory of the multiprocessor.</param>
/// <param name="GroupSharedBytes">Shared memory that one group may opt in to.</param>
public sealed partial record MultiprocessorLimits(int Warps, int Groups, int SharedBytes, int GroupSharedBytes)
{
    /// <summary>32-bit registers; the same since sm_50.</summary>
    public const int Registers = 65536;

    // Registers are handed out to warps in pieces, shared memory to groups, of which each costs the system a kilobyte.
    private const int RegisterPiece = 256;
    private const int SharedPiece = 128;
    private const int SystemShared = 1024;

    /// <summary>The limits of an architecture (<c>sm_80</c>, <c>sm_90a</c> ...); null for one that is not known.</summary>
    public static MultiprocessorLimits? Of(string architecture) => Digits().Match(architecture).Value switch
    {
        "75" => new(32, 16, 64 * 1024, 64 * 1024),
        "80" => new(64, 32, 164 * 1024, 163 * 1024),
        "86" => new(48, 16, 100 * 1024, 99 * 1024),
        "89" => new(48, 24, 100 * 1024, 99 * 1024),
        "90" => new(64, 32, 228 * 1024, 227 * 1024),
        "100" or "103" => new(64, 32, 228 * 1024, 227 * 1024),
        "120" or "121" => new(48, 24, 100 * 1024, 99 * 1024),
        _ => null,
    };

    /// <summary>How many groups of a kernel are resident at once, and what stops more.</summary>
    /// <param name="threads">Threads of a group.</param>
    /// <param name="registers">Registers of a thread.</param>
    /// <param name="sharedBytes">Shared memory of a group, static and dynamic.</param>
    public Occupancy Occupy(int threads, int registers, int sharedBytes)
    {
        var warps = (threads + 31) / 32;
        var byRegisters = registers == 0 ? int.MaxValue : Registers / Up(registers * 32, RegisterPiece) / warps;
        var byShared = sharedBytes > GroupSharedBytes ? 0 : SharedBytes / Up(sharedBytes + SystemShared, SharedPiece);
        var groups = new[] { Groups, Warps / warps, byRegisters, byShared }.Min();
        var limit = groups == Warps / warps ? "warps" : groups == Groups ? "groups" : groups == byRegisters ? "registers" : "shared memory";
        return new(groups, groups * warps, Warps, limit);
    }

    private static int Up(int value, int piece) => (value + piece - 1) / piece * piece;

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}

/// <summary>How full a multiprocessor gets.</summary>
/// <param name="Groups">Groups that are resident at once.</param>
/// <param name="Warps">Their warps.</param>
/// <param name="MaxWarps">Warps there could be.</param>
/// <param name="Limit">What stops more: registers, shared memory, warps or groups.</param>
public sealed record Occupancy(int Groups, int Warps, int MaxWarps, string Limit)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{100.0 * Warps / MaxWarps:F0} % ({Warps} of {MaxWarps} warps in {Groups} groups; limit: {Limit})");
}
