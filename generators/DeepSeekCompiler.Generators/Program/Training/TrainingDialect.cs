using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Program.Training;

/// <summary>How a training pass is spelled: pointers and threads on the host, views and a queue on a device. The calls and their order are the same.</summary>
internal abstract class TrainingDialect
{
    public static readonly TrainingDialect Host = new HostDialect();

    public static readonly TrainingDialect Device = new DeviceDialect();

    /// <summary>The parameter that kernels are launched with.</summary>
    public abstract string Run { get; }

    /// <summary>The parameter that holds ids, targets and losses.</summary>
    public abstract string Step { get; }

    /// <summary>Numbers of a type in memory.</summary>
    public abstract string Memory(string type);

    /// <summary>4-byte numbers as those of a type.</summary>
    public abstract string As(string type, string numbers);

    /// <summary>Memory from an offset on.</summary>
    public abstract string From(string memory, string offset);

    /// <summary>A statement that moves a variable to an offset behind it.</summary>
    public abstract string Move(string variable, string offset);

    /// <summary>How many experts to launch for, of <c>tokens</c> tokens: their number on the host; what it cannot exceed where nobody waits for the device to say.</summary>
    public abstract string Active(MixtureOfExpertsSpec experts);

    /// <summary>No memory.</summary>
    public abstract string None { get; }

    private sealed class HostDialect : TrainingDialect
    {
        public override string Run => "HostRun run";

        public override string Step => "TrainingStep step";

        public override string Memory(string type) => type + "*";

        public override string As(string type, string numbers) => type == "float" ? numbers : $"({type}*){numbers}";

        public override string From(string memory, string offset) => $"{memory} + {offset}";

        public override string Move(string variable, string offset) => $"{variable} += {offset};";

        public override string Active(MixtureOfExpertsSpec experts) => "*active";

        public override string None => "null";
    }

    private sealed class DeviceDialect : TrainingDialect
    {
        public override string Run => "DeviceRun run";

        public override string Step => "DeviceTrainingStep step";

        public override string Memory(string type) => $"ArrayView<{type}>";

        public override string As(string type, string numbers) => type == "float" ? numbers : $"{numbers}.Cast<{type}>()";

        public override string From(string memory, string offset) => $"{memory}.SubView({offset})";

        public override string Move(string variable, string offset) => $"{variable} = {variable}.SubView({offset});";

        public override string Active(MixtureOfExpertsSpec experts) => $"Math.Min(tokens * {Text.Of(experts.NumExpertsPerTok)}, {Text.Of(experts.NRoutedExperts)})";

        public override string None => "default";
    }
}
