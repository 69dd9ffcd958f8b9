using System.CommandLine;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Explaining;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc explain</c>: what the compiler makes of a model.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var model = new Argument<string?>("model") { Description = "A catalogue name (DeepSeekV3 ...), a model folder or a config.json. Default: the sample model.", Arity = ArgumentArity.ZeroOrOne };
        var kernel = new Option<string?>("--kernel") { Description = "Shows one kernel whole, by its generated name or the field's (mla_decode, flash_prefill, fp8_gemm, grouped_gemm, router ...)." };
        var target = new Option<string>("--target") { Description = "host, opencl or cuda; or a class of devices as tuning files name it: portable-cpu, portable-warp32, portable-wave64, cuda-sm80, cuda-sm89, cuda-sm90.", DefaultValueFactory = _ => "host" };
        var show = new Option<string>("--show") { Description = "Sections of a kernel, with commas: schedule, resources, roofline, csharp, ptx, or all.", DefaultValueFactory = _ => "all" };
        var architecture = new Option<string?>("--arch") { Description = "CUDA architecture: sm_80, sm_89 or sm_90a. Default: resources of all, code of the newest." };
        var tokens = new Option<int?>("--tokens") { Description = "Tokens of the call that the roofline bound is for. Default: 512 in prefill kernels, 1 in others." };
        var context = new Option<int>("--context") { Description = "Tokens in the cache after that call.", DefaultValueFactory = _ => 4096 };
        var cache = new Option<string>("--cache") { Description = "Format of the KV cache: f32, bf16, or, for latent attention, fp8, or i16 (on the host).", DefaultValueFactory = _ => "f32" };
        var width = new Option<int>("--width") { Description = "Vector width of host code.", DefaultValueFactory = _ => HostVector.Width };
        var tuning = new Option<string?>("--tuning") { Description = "A file of `dsc tune`: shows the schedules that it chooses." };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of text." };
        var command = new Command("explain", "Shows specification, cost, kernels, schedules, resources and generated text.") { model, kernel, target, show, architecture, tokens, context, cache, width, tuning, json };
        command.SetAction(parsed => Run(parsed.GetValue(model) ?? SampleModel.Folder(), parsed.GetValue(kernel), parsed.GetValue(json), ModelOptions.CacheOf(parsed.GetValue(cache)!), new ExplainOptions
        {
            Target = Known(parsed.GetValue(target)!, [.. ExplainOptions.Targets], "target"),
            Width = WidthOf(parsed.GetValue(width)),
            Sections = SectionsOf(parsed.GetValue(show)!),
            Builds = BuildsOf(parsed.GetValue(architecture)),
            Tokens = parsed.GetValue(tokens) is { } count ? Positive(count, "--tokens") : null,
            Context = Positive(parsed.GetValue(context), "--context"),
            Tuning = parsed.GetValue(tuning) is { } file ? TuningFile.Read(file) : null,
        }));
        return command;
    }

    private static int Run(string model, string? kernel, bool json, NumberFormat cache, ExplainOptions options)
    {
        var spec = Catalogue.Find(model) ?? (File.Exists(model) ? CheckpointSpec.ReadConfig(model) : Spec(model));
        CacheFormats.Check(spec, cache, options.Target);
        var explainer = new Explainer(spec with { Formats = spec.Formats with { Cache = cache } }, options);
        if (json) Output.Json(w => explainer.WriteJson(w, kernel));
        else Console.Out.Write(kernel is null ? explainer.Overview() : explainer.Kernel(kernel));
        return 0;
    }

    private static ModelSpec Spec(string model)
    {
        if (Directory.Exists(model)) return CheckpointSpec.Read(model);
        throw new UserException($"\"{model}\" is neither a model of the catalogue ({string.Join(", ", Catalogue.Names)}) nor a folder or a config.json.");
    }

    private static string[] SectionsOf(string show) =>
        show == "all" ? [] : [.. show.Split(',').Select(s => Known(s.Trim(), [.. ExplainOptions.AllSections], "section"))];

    private static CudaBuild[] BuildsOf(string? architecture) => architecture is null ? [.. CudaBuild.All]
        : [CudaBuild.All.FirstOrDefault(b => b.Architecture == Known(architecture, [.. CudaBuild.All.Select(a => a.Architecture)], "CUDA architecture"))!];

    private static int WidthOf(int width) => width is 512 or 256 or 128 or 0 ? width
        : throw new UserException($"A vector width of {width} bits is not known; 512, 256, 128 and 0 (scalar) are.");

    private static int Positive(int value, string option) => value is > 0 and <= 1 << 20 ? value : throw new UserException($"{option} {value} cannot be; give 1 to 1048576.");

    private static string Known(string name, string[] known, string what) =>
        known.Contains(name) ? name : throw new UserException($"There is no {what} {name}; there are {string.Join(", ", known)}.");
}
