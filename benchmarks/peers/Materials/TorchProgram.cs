using System.ComponentModel;
using System.Diagnostics;

namespace DeepSeekCompiler.Peers.Materials;

/// <summary>The TorchSharp contender: a project beside this one that is built when it is wanted, because its library takes half a gigabyte.</summary>
internal static class TorchProgram
{
    private const string Project = "DeepSeekCompiler.Peers.Torch.csproj";
    private const string Output = "bin/Release/net10.0/dsc-peers-torch.dll";

    /// <summary>The program, built where its sources or this program are newer.</summary>
    /// <exception cref="PeerException">The sources are not here, or do not build.</exception>
    public static string Build()
    {
        string folder = Find(AppContext.BaseDirectory) ?? throw new PeerException($"The TorchSharp contender is built from its sources, and torch/{Project} is nowhere above {AppContext.BaseDirectory}.");
        string program = Path.Combine(folder, Output);
        if (File.Exists(program) && Newest(folder) <= File.GetLastWriteTimeUtc(program)) return program;
        try
        {
            // A build server may belong to somebody who is asleep.
            using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", "-c", "Release", "-v", "q", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", Path.Combine(folder, Project)])
            { RedirectStandardOutput = true })!;
            Console.Error.WriteLine($"building {program}");
            string output = build.StandardOutput.ReadToEnd();
            build.WaitForExit();
            if (build.ExitCode == 0) return program;
            string error = output.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))?.Trim() ?? "no error was said";
            throw new PeerException($"The TorchSharp contender does not build: {error}");
        }
        catch (Win32Exception e)
        {
            throw new PeerException("The TorchSharp contender needs the .NET SDK, and there is no dotnet on the path.", e);
        }
    }

    private static string? Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            string torch = Path.Combine(folder.FullName, "torch");
            if (File.Exists(Path.Combine(torch, Project))) return torch;
        }

        return null;
    }

    private static DateTime Newest(string folder) => Directory.GetFiles(folder, "*.cs").Append(Path.Combine(folder, Project)).Append(typeof(TorchProgram).Assembly.Location).Max(File.GetLastWriteTimeUtc);
}
