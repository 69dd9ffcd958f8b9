using System.Text.Json;

namespace DeepSeekCompiler.Cli.Training;

/// <summary>What <c>dsc train</c> says at the end.</summary>
internal sealed record TrainResult
{
    public required bool Finished { get; init; }

    public required int Step { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Multiply-adds that the machine can do; null on a device.</summary>
    public required double? PeakGflops { get; init; }

    public required double? Floor { get; init; }

    public required (int Drafts, int Accepted) Drafts { get; init; }

    public void Print(RunFolder run, ConsoleObserver seen)
    {
        Output.Line($"{(Finished ? "Finished" : "Stopped")} at step {Step} after {Seconds:F0} s, {seen.TokensPerSecond:F0} tokens/s{(seen.ShareOfPeak is { } share ? $", {100 * share:F1} % of {PeakGflops:F0} GFLOPS" : "")}");
        if (Drafts.Drafts > 0) Output.Line($"MTP drafts accepted: {Drafts.Accepted} of {Drafts.Drafts} ({100.0 * Drafts.Accepted / Drafts.Drafts:F1} %)");
        Output.Line($"{run.Model}: the model; {run.Report}: the curves");
        if (!Finished) Output.Line($"dsc train --out {run.Root} --resume goes on");
    }

    public void PrintJson(RunFolder run, ConsoleObserver seen) => Output.Json(w =>
    {
        w.WriteStartObject();
        w.WriteBoolean("finished", Finished);
        w.WriteNumber("step", Step);
        w.WriteNumber("seconds", Math.Round(Seconds, 2));
        if (seen.LastStep is { } step)
        {
            w.WriteNumber("tokens", step.Tokens);
            w.WriteNumber("loss", step.Loss);
            w.WriteNumber("mtpLoss", step.MtpLoss);
            w.WriteNumber("maxVio", Math.Round(step.MaxViolation, 4));
            w.WriteNumber("tokensPerSecond", Math.Round(seen.TokensPerSecond, 1));
            if (PeakGflops is { } peak) w.WriteNumber("fmaGflops", Math.Round(peak, 1));
            if (seen.ShareOfPeak is { } share) w.WriteNumber("shareOfPeak", Math.Round(share, 4));
        }

        if (seen.LastEvaluation is { } evaluation) Write(w, evaluation);
        w.WriteNumber("drafts", Drafts.Drafts);
        w.WriteNumber("draftsAccepted", Drafts.Accepted);
        w.WriteString("model", run.Model);
        w.WriteString("report", run.Report);
        w.WriteEndObject();
    });

    private void Write(Utf8JsonWriter w, DeepSeekCompiler.Training.Loop.EvaluationReport evaluation)
    {
        w.WriteStartObject("heldOut");
        w.WriteNumber("step", evaluation.Step);
        w.WriteNumber("loss", evaluation.Loss);
        w.WriteNumber("tokens", evaluation.Tokens);
        w.WriteNumber("mtpLoss", evaluation.MtpLoss);
        w.WriteNumber("maxVio", Math.Round(evaluation.MaxViolation, 4));
        if (Floor is { } floor) w.WriteNumber("floor", floor);
        else w.WriteNull("floor");
        w.WriteEndObject();
    }
}
