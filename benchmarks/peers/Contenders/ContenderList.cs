using DeepSeekCompiler.Peers.Gguf;
using DeepSeekCompiler.Peers.Llama;
using DeepSeekCompiler.Peers.Materials;

namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>The contenders by name: what each needs and how far its logits may be from the reference's.</summary>
internal static class ContenderList
{
    /// <summary>All logits are compared with this one's.</summary>
    public const string Reference = "dsc-bf16";

    /// <summary>Prefix of this project's own.</summary>
    public const string Ours = "dsc-";

    private const string TorchPrefix = "torch-";

    /// <summary>Who takes part unless told otherwise.</summary>
    public const string Default = "dsc-bf16,dsc-fp8,dsc-fp8-head,llama-bf16,llama-q8_0,torch-bf16";

    public static IReadOnlyList<string> Names { get; } = [Reference, "dsc-fp8", "dsc-fp8-head", "llama-bf16", "llama-q8_0", "torch-bf16", "torch-f32"];

    /// <summary>Largest relative error (<see cref="Measurement.LogitError"/>) of the logits of a whole model. Logits that have nothing to do with each other are 141 % apart.</summary>
    /// <remarks>With random weights a near tie between experts falls otherwise after the slightest rounding, and every layer behind it goes another way: deep models are told
    /// apart by their first layers.</remarks>
    public const double WholeTolerance = 1;

    /// <summary>The same of the first layers, up to the first with experts.</summary>
    /// <remarks>BF16 peers round activations to 8 bits in front of every product, Q8_0 rounds weights and activations; E4M3 keeps 3 bits of a weight's fraction. An error in the computation (a scale, a
    /// rotation, an expert) is near 100 %.</remarks>
    public static double Tolerance(string name) => name switch
    {
        "dsc-fp8" or "dsc-fp8-head" => 0.30,
        "llama-q8_0" => 0.08,
        "torch-f32" => 0.01,
        _ => 0.03,
    };

    /// <summary>Makes what a contender needs and starts its process.</summary>
    /// <exception cref="PeerException">Why it cannot take part.</exception>
    public static ContenderProcess Start(string name, WorkFolder work, Options options, int[] tokens, out long activeBytes)
    {
        activeBytes = 0;
        var setup = new ContenderSetup(name, "", "", options.Threads, tokens, options.Cache);
        switch (name)
        {
            case Reference or "dsc-fp8" or "dsc-fp8-head":
                return ContenderProcess.Self(setup with { Model = InLargePages(work.Checkpoint(name[Ours.Length..])) });
            case "llama-bf16" or "llama-q8_0":
                string library = LlamaPackage.Fetch(work.Root);
                (string file, activeBytes) = work.Gguf(name == "llama-q8_0" ? GgufType.Q8_0 : GgufType.BF16);
                LargePages.Read(file);
                return ContenderProcess.Self(setup with { Model = file, Library = library });
            default:
                return ContenderProcess.Start(TorchProgram.Build(), setup with { Model = work.Checkpoint("bf16") });
        }
    }

    private static string InLargePages(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*.safetensors")) LargePages.Read(file);
        return folder;
    }

    /// <summary>The child's side of the contenders that this program holds itself.</summary>
    public static IContender Open(ContenderSetup setup) => setup.Name.StartsWith(Ours, StringComparison.Ordinal) ? new DscContender(setup)
        : !setup.Name.StartsWith(TorchPrefix, StringComparison.Ordinal) ? new LlamaContender(setup)
        : throw new PeerException($"{setup.Name} is a program of its own.");
}
