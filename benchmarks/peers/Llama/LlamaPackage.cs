using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Peers.Llama;

/// <summary>The npm package that llama.cpp comes in, prebuilt for x86-64 Linux with a build for every kind of processor. It is fetched, unpacked and not installed.</summary>
internal static class LlamaPackage
{
    public const string Name = "@node-llama-cpp/linux-x64";

    /// <summary>The one place that says which. <see cref="LlamaModelParams"/> and <see cref="LlamaContextParams"/> follow its llama.h.</summary>
    public const string Version = "3.22.1";

    private const string Libraries = "package/bins/linux-x64";

    /// <summary>The folder of its libraries; fetched when it is not there yet.</summary>
    /// <param name="work">Where things are kept.</param>
    /// <exception cref="PeerException">It is for another machine, or npm does not get it.</exception>
    public static string Fetch(string work)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) throw new PeerException($"{Name} is for x86-64 Linux.");
        string folder = Path.Combine(work, "llama-" + Version);
        if (!Directory.Exists(folder))
        {
            string partial = folder + ".partial";
            if (Directory.Exists(partial)) Directory.Delete(partial, true);
            Directory.CreateDirectory(partial);
            Pack(partial);
            Unpack(Directory.GetFiles(partial, "*.tgz").Single(), partial);
            Directory.Move(partial, folder);
        }

        return Path.Combine(folder, Libraries);
    }

    private static void Pack(string folder)
    {
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["pack", "--silent", "--pack-destination", folder, $"{Name}@{Version}"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = npm.StandardOutput.ReadToEndAsync();
            string errors = npm.StandardError.ReadToEnd();
            npm.WaitForExit();
            if (npm.ExitCode != 0) throw new PeerException(FormattableString.Invariant($"npm does not get {Name} {Version} (code {npm.ExitCode}): {errors.ReplaceLineEndings(" ").Trim()}{output.Result.Trim()}"));
        }
        catch (Win32Exception e)
        {
            throw new PeerException($"There is no npm, which gets {Name}.", e);
        }
    }

    private static void Unpack(string archive, string folder)
    {
        using var stream = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(stream, folder, false);
    }
}
