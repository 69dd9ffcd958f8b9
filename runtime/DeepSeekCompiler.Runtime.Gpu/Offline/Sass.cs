using System.Diagnostics;
using System.Text.RegularExpressions;
using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Runtime.Gpu.Offline;

/// <summary>Machine code of a kernel as text: the names of its instructions in order.</summary>
public sealed partial class Sass
{
    private Sass(IReadOnlyList<string> instructions) => Instructions = instructions;

    /// <summary>Names with their modifiers (<c>QGMMA.64x128x32.F32.E4M3.E4M3</c>), in the order of their addresses.</summary>
    public IReadOnlyList<string> Instructions { get; }

    /// <summary>Instructions of a name, whatever their modifiers.</summary>
    public int Count(string name) => Instructions.Count(i => i == name || i.StartsWith(name + ".", StringComparison.Ordinal));

    /// <summary>Assembles a text and takes the result apart with <c>cuobjdump</c>, which must lie beside the assembler.</summary>
    /// <exception cref="DeviceException">It does not assemble, or there is no cuobjdump.</exception>
    public static Sass Of(string ptxas, string ptx, string target)
    {
        var folder = Directory.CreateTempSubdirectory("dsc-sass-");
        try
        {
            var (text, image) = (Path.Combine(folder.FullName, "kernel.ptx"), Path.Combine(folder.FullName, "kernel.cubin"));
            File.WriteAllText(text, ptx);
            Run(ptxas, "-arch=" + target, "-o", image, text);
            return new([.. Instruction().Matches(Run(Path.Combine(Path.GetDirectoryName(ptxas)!, "cuobjdump"), "-sass", image)).Select(m => m.Groups[1].Value)]);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        if (!File.Exists(program))
        {
            throw new DeviceException($"There is no {program}; .ci/fetch-ptxas fetches it.");
        }

        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        // cuobjdump looks for nvdisasm on the path.
        start.Environment["PATH"] = Path.GetDirectoryName(program) + Path.PathSeparator + start.Environment["PATH"];
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new DeviceException($"{Path.GetFileName(program)} failed: {(errors.GetAwaiter().GetResult() + output).Split('\n')[0].Trim()}");
    }

    [GeneratedRegex(@"^\s+/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][A-Za-z0-9_.]*)", RegexOptions.Multiline)]
    private static partial Regex Instruction();
}
