using System.Diagnostics;

namespace DeepSeekCompiler.Cli.Tests;

/// <summary>Runs the tool as its users do.</summary>
internal static class Dsc
{
    public static (int Code, string Output, string Error) Run(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "dsc.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(300_000), "dsc did not end");
        return (process.ExitCode, output, error.Result);
    }
}
