using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Runtime.Gpu.Offline;

/// <summary>NVIDIA's assembler, where one is found: DSC_PTXAS, <c>.cache/cuda/ptxas</c> above the program or the working folder, or the PATH.</summary>
public static partial class PtxAssembler
{
    /// <summary>Its path; null where there is none.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("DSC_PTXAS") is { Length: > 0 } given)
        {
            return File.Exists(given) ? given : null;
        }

        foreach (var start in new[] { AppContext.BaseDirectory, Directory.GetCurrentDirectory() })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, ".cache", "cuda", "ptxas");
                if (File.Exists(candidate))
                {
                    return candidate;
                }
            }
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(Path.PathSeparator).Select(p => Path.Combine(p, "ptxas")).FirstOrDefault(File.Exists);
    }

    /// <summary>Its version (<c>12.4.131</c>): resources differ from one to the next.</summary>
    public static string Version(string ptxas) => Release().Match(Run(ptxas, "--version").Output).Groups[1].Value;

    /// <summary>Assembles a text, and takes the machine code apart where nvdisasm lies beside the assembler.</summary>
    /// <param name="ptxas">Path of the assembler.</param>
    /// <param name="ptx">The text.</param>
    /// <param name="target">The architecture.</param>
    /// <exception cref="DeviceException">It does not assemble.</exception>
    public static KernelResources Assemble(string ptxas, string ptx, string target)
    {
        ArgumentNullException.ThrowIfNull(ptxas);
        var folder = Directory.CreateTempSubdirectory("dsc-ptx-");
        try
        {
            var (file, image) = (Path.Combine(folder.FullName, "kernel.ptx"), Path.Combine(folder.FullName, "kernel.cubin"));
            File.WriteAllText(file, ptx);
            var (code, output) = Run(ptxas, "-v", "-arch=" + target, "-o", image, file);
            if (code != 0)
            {
                throw new DeviceException($"ptxas refuses the kernel for {target}: {output.Split('\n')[0].Trim()}");
            }

            var disassembler = Path.Combine(Path.GetDirectoryName(ptxas)!, "nvdisasm");
            return File.Exists(disassembler) ? Read(output) with { Code = new(Run(disassembler, "-c", image).Output) } : Read(output);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended already.
        }

        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    internal static KernelResources Read(string output)
    {
        int Number(Regex expression) => expression.Match(output) is { Success: true } m ? m.Groups.Values.Skip(1).Sum(g => int.Parse(g.Value, CultureInfo.InvariantCulture)) : 0;
        var warnings = output.Split('\n').Where(l => l.Contains("warning", StringComparison.OrdinalIgnoreCase) || l.Contains("serialized", StringComparison.Ordinal)).Select(l => l.Trim());
        return new(Number(Registers()), Number(Shared()), Number(Stack()), Number(Spills()), [.. warnings]);
    }

    [GeneratedRegex(@"V([\d.]+)")]
    private static partial Regex Release();

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Registers();

    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex Shared();

    [GeneratedRegex(@"(\d+) bytes stack frame")]
    private static partial Regex Stack();

    [GeneratedRegex(@"(\d+) bytes spill stores, (\d+) bytes spill loads")]
    private static partial Regex Spills();
}
