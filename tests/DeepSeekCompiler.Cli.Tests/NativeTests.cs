using System.Diagnostics;
using System.Text.RegularExpressions;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cli.Tests;

/// <summary>Programs published to native code: the tool for the host, and a user's own, which is the one in the README.</summary>
public sealed class NativeTests : IDisposable
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(GoldenFiles.Folder, "..", "..", ".."));
    private static readonly string[] s_arguments = ["-c", "Release", "-r", "linux-x64", "-nodeReuse:false", "-v", "q", "--nologo", "-warnaserror"];

    private readonly TempFolder _folder = new();

    [NativeFact]
    public void TheReadmesProgram_IsOneFile_AndTellsTheStory()
    {
        string readme = File.ReadAllText(Path.Combine(s_root, "README.md")), clone = s_root.Replace('\\', '/') + "/";
        File.WriteAllText(_folder["Story.csproj"], Fence("xml").Match(readme).Groups[1].Value.Replace("../DeepSeekCompiler/", clone, StringComparison.Ordinal));
        File.WriteAllText(_folder["Program.cs"], Fence("csharp").Match(readme).Groups[1].Value.Replace("../DeepSeekCompiler/", clone, StringComparison.Ordinal));
        Publish(_folder["Story.csproj"], "-p:PublishAot=true", "-p:IlcInstructionSet=native");
        var (code, output, error) = Run(Path.Combine(_folder["out"], "Story"));
        Assert.True(code == 0, error);
        Assert.Equal(Told("generate", "Once upon a time"), "Once upon a time" + output.TrimEnd());
    }

    [NativeFact]
    public void TheTool_IsOneFile_AndRunsWhatIsCompiledIntoIt()
    {
        Publish(Path.Combine(s_root, "runtime", "DeepSeekCompiler.Cli", "DeepSeekCompiler.Cli.csproj"), "-p:HostOnly=true");
        Assert.Equal(["dsc"], Directory.GetFiles(_folder["out"]).Select(Path.GetFileName).Order());
        string dsc = Path.Combine(_folder["out"], "dsc");
        foreach (string width in new[] { "512", "256", "0" })
        {
            var (code, output, error) = Run(dsc, new Dictionary<string, string> { ["DSC_VECTOR"] = width }, "generate", "Once upon a time");
            Assert.True(code == 0, error);
            Assert.Equal(Told("generate", "Once upon a time"), output[..output.LastIndexOf('[')].TrimEnd());
        }

        var (_, _, device) = Run(dsc, "generate", "Once", "--device", "opencl:0");
        Assert.Contains("published for the host", device, StringComparison.Ordinal);
        var (_, _, other) = Run(dsc, "generate", "Once", "--model", GoldenFiles.Path("v3-tiny", "."));
        Assert.StartsWith("dsc: ", other, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Told(params string[] command)
    {
        var (code, output, error) = Dsc.Run("", command);
        Assert.True(code == 0, error);
        return output[..output.LastIndexOf('[')].TrimEnd();
    }

    private void Publish(string project, params string[] properties)
    {
        var (code, output, error) = Run("dotnet", ["publish", project, "-o", _folder["out"], .. s_arguments, .. properties]);
        Assert.True(code == 0, output + error);
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
    }

    private static (int Code, string Output, string Error) Run(string program, params string[] arguments) => Run(program, new Dictionary<string, string>(), arguments);

    private static (int Code, string Output, string Error) Run(string program, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        // What the test host was told about its own build is not true of this one.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static Regex Fence(string language) => new($"```{language}\n(.*?)```", RegexOptions.Singleline);
}
