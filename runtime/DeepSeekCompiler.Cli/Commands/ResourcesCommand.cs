using System.CommandLine;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Explaining;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc resources</c>, for developers of this project: writes the tables of resources that tests compare.</summary>
internal static class ResourcesCommand
{
    public static Command Create()
    {
        var models = new Argument<string[]>("models") { Description = "Catalogue names. Default: all.", Arity = ArgumentArity.ZeroOrMore };
        var output = new Option<string>("--out") { Description = "Folder of the tables, a file a model.", DefaultValueFactory = _ => Path.Combine("tests", "fixtures", "cuda") };
        var all = new Option<bool>("--all") { Description = "Assembles kernels whose text is the same as in the old table too." };
        var command = new Command("resources", "Writes registers, shared memory and instruction counts of every CUDA kernel of the catalogue.") { models, output, all };
        command.Hidden = true;
        command.SetAction(parsed => Run(parsed.GetValue(models) is { Length: > 0 } given ? given : [.. Catalogue.Names], parsed.GetValue(output)!, parsed.GetValue(all)));
        return command;
    }

    private static int Run(string[] models, string folder, bool all)
    {
        string assembler = PtxAssembler.Find() ?? throw new UserException("There is no ptxas: DSC_PTXAS can name one, and .ci/fetch-ptxas fetches it.");
        if (!File.Exists(Path.Combine(Path.GetDirectoryName(assembler)!, "nvdisasm"))) throw new UserException($"There is no nvdisasm beside {assembler}; .ci/fetch-ptxas fetches it.");
        Directory.CreateDirectory(folder);
        foreach (string model in models)
        {
            if (Catalogue.Find(model) is null) throw new UserException($"{model} is no model of the catalogue ({string.Join(", ", Catalogue.Names)}).");
        }

        // A model with other formats shares most texts with the one before.
        ResourceTable? last = null;
        foreach (var (name, spec) in ResourceTable.Programs(models))
        {
            string path = Path.Combine(folder, name + ".txt");
            var known = all || !File.Exists(path) ? last : ResourceTable.Read(path);
            var table = ResourceTable.Of(ResourceTable.SourceOf(spec), ResourceTable.Texts(spec), assembler, known);
            table.Write(path);
            last = table;
            Output.Line($"{path}: {table.Rows.Count} rows, {table.Rows.DistinctBy(r => (r.Architecture, r.Hash)).Count()} texts");
        }

        return 0;
    }
}
