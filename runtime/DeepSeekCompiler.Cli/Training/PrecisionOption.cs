using System.CommandLine;

namespace DeepSeekCompiler.Cli.Training;

/// <summary>The option <c>--precision</c>: what the projections multiply in training.</summary>
internal sealed class PrecisionOption() : Option<string>("--precision")
{
    public static PrecisionOption Create(string description) => new() { Description = description, DefaultValueFactory = _ => "f32" };

    /// <exception cref="UserException">It is none of the three.</exception>
    public TrainingPrecision Read(ParseResult parsed) => parsed.GetValue(this) switch
    {
        "f32" => TrainingPrecision.Float32,
        "bf16" => TrainingPrecision.BFloat16,
        "fp8" => TrainingPrecision.Fp8,
        var other => throw new UserException($"There is no training precision {other}; f32, bf16 and fp8 are."),
    };
}
