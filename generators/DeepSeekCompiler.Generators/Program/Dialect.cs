using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>How the forward pass is spelled: pointers and threads on the host, views and a queue on a device. The calls and their order are the same.</summary>
internal abstract class Dialect
{
    public static readonly Dialect Host = new HostDialect();

    public static readonly Dialect Device = new DeviceDialect();

    /// <summary>The host's, with weights that are trained.</summary>
    public static readonly Dialect Training = new TrainingDialect();

    /// <summary>Modifiers and parameters of every part of the pass.</summary>
    public abstract string Part(string modifiers, string name, string parameters);

    /// <summary>Numbers of a type in memory.</summary>
    public abstract string Memory(string type);

    /// <summary>The page table of a layer, as numbers of a format.</summary>
    public abstract string Pages(string name, NumberFormat format);

    /// <summary>Activation buffer <paramref name="index"/>.</summary>
    public abstract string Buffer(string index, string type);

    public abstract string Weight(string index, NumberFormat format);

    public abstract string Experts(string index, NumberFormat format);

    public abstract string Scale(string index);

    public abstract string ExpertScales(string index);

    /// <summary>How many experts to launch for: their number on the host; what it cannot exceed where nobody waits for the device to say.</summary>
    public abstract string Active(int experts);

    /// <summary>Type of the position that a step starts at.</summary>
    public abstract string Position { get; }

    /// <summary>The most tokens whose projections stream.</summary>
    public abstract string Streamed { get; }

    /// <summary>Whether a step's attention is absorbed.</summary>
    /// <param name="latent">Latent attention, where keys and values would be expanded.</param>
    public abstract string Absorbed(bool latent);

    /// <summary>Parts of the context, up to the last token of the step.</summary>
    /// <param name="items">Work items without a split on the host.</param>
    /// <param name="tiles">Work items without a split where a worker takes four heads.</param>
    /// <param name="parts">A last argument, where the number was tuned; else empty.</param>
    public abstract string Splits(string items, string tiles, string parts);

    /// <summary>Whether a draft goes through the module with those rows alone whose logits are wanted. On a device the position of a step lies in memory, and there is one.</summary>
    public virtual bool Narrows => false;

    /// <summary>Whether several tokens of a streaming step go through the experts' down projection expert by expert.</summary>
    public virtual bool GroupsDown => false;

    /// <summary>Whether kernels ask for weights of those behind them; devices have threads to wait.</summary>
    public virtual bool AsksAhead => false;

    private class HostDialect : Dialect
    {
        public override bool AsksAhead => true;

        public override bool GroupsDown => true;

        public override bool Narrows => true;

        public override string Part(string modifiers, string name, string parameters) => $"{modifiers} unsafe void {name}(HostRun run, Step step{parameters})";

        public override string Memory(string type) => type + "*";

        public override string Pages(string name, NumberFormat format) => $"byte** {name} = step.Pages(layer);";

        public override string Buffer(string index, string type) => type == "float" ? $"step.Buffer({index})" : $"({type}*)step.Buffer({index})";

        public override string Weight(string index, NumberFormat format) => $"({HostTypes.Element(format)}*)Data[{index}]";

        public override string Experts(string index, NumberFormat format) => $"Data + {index}";

        public override string Scale(string index) => $"Scales[{index}]";

        public override string ExpertScales(string index) => $"(byte**)(Scales + {index})";

        public override string Active(int experts) => "*active";

        public override string Position => "int";

        public override string Streamed => "MaxStreaming";

        public override string Absorbed(bool latent) => latent ? "step.AbsorbedUpTo(MaxStreaming)" : "step.AbsorbedUpTo(MaxDecode)";

        public override string Splits(string items, string tiles, string parts) => $"HostRun.Splits(run.Threads, {items}, position + tokens{parts})";
    }

    private sealed class TrainingDialect : HostDialect
    {
        public override string Weight(string index, NumberFormat format) => $"Value({index})";

        public override string Experts(string index, NumberFormat format) => $"Values({index})";
    }

    private sealed class DeviceDialect : Dialect
    {
        public override string Part(string modifiers, string name, string parameters) => $"{modifiers.Replace("internal ", "")} void {name}(DeviceRun run, DeviceStep step{parameters})";

        public override string Memory(string type) => $"ArrayView<{type}>";

        public override string Pages(string name, NumberFormat format) => $"var {name} = step.Pages<{HostTypes.Element(format)}>(layer);";

        public override string Buffer(string index, string type) => type == "float" ? $"step.Buffer({index})" : $"step.Buffer({index}).Cast<{type}>()";

        public override string Weight(string index, NumberFormat format) => $"run.Weight<{HostTypes.Element(format)}>({index})";

        // The experts of a projection lie one behind the other.
        public override string Experts(string index, NumberFormat format) => Weight(index, format);

        public override string Scale(string index) => $"run.Scale({index})";

        public override string ExpertScales(string index) => Scale(index);

        public override string Active(int experts) => $"Math.Min(slots, {Text.Of(experts)})";

        public override string Position => "StepNumber";

        public override string Streamed => "MaxDecode";

        public override string Absorbed(bool latent) => "step.Absorbed";

        public override string Splits(string items, string tiles, string parts) => $"run.Splits({tiles}, position, tokens{parts})";
    }
}
