using System.Diagnostics;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Cli.Training;

/// <summary>Shows a run: a line that rewrites itself on a terminal, a line now and then elsewhere, evaluations always.</summary>
internal sealed class ConsoleObserver(TrainingSettings settings, double? floor, double flopsPerToken, double? peakGflops, bool silent) : ITrainingObserver
{
    private const double SecondsBetweenLines = 10;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private long _shown;
    private int _firstStep;
    private long _tokens;
    private double _seconds;
    private double _loss;
    private double _mtpLoss;
    private double _violation;
    private int _steps;
    private int _width;

    public EvaluationReport? LastEvaluation { get; private set; }

    public StepReport? LastStep { get; private set; }

    /// <summary>Of all steps shown.</summary>
    public double TokensPerSecond => _seconds > 0 ? _tokens / _seconds : 0;

    /// <summary>Multiply-adds of weights, three times those of a forward pass, over what the machine can do; null where that is not known.</summary>
    public double? ShareOfPeak => TokensPerSecond * flopsPerToken / (peakGflops * 1e9);

    public void OnStep(StepReport report)
    {
        if (_firstStep == 0) _firstStep = report.Step;
        LastStep = report;
        (_tokens, _seconds) = (_tokens + report.StepTokens, _seconds + report.Seconds);
        (_loss, _mtpLoss, _violation, _steps) = (_loss + report.Loss, _mtpLoss + report.MtpLoss, _violation + report.MaxViolation, _steps + 1);
        double since = Stopwatch.GetElapsedTime(_shown == 0 ? _start : _shown).TotalSeconds;
        if (silent || since < (_terminal ? 0.2 : SecondsBetweenLines)) return;
        _shown = Stopwatch.GetTimestamp();
        Show(report);
    }

    public void OnEvaluation(EvaluationReport report)
    {
        LastEvaluation = report;
        if (silent) return;
        string above = floor is { } f ? FormattableString.Invariant($", {100 * ((report.Loss / f) - 1):F1} % above the floor of {f:F4}") : "";
        string mtp = report.MtpTokens > 0 ? FormattableString.Invariant($", MTP {report.MtpLoss:F4}") : "";
        string experts = report.MaxViolations.Count > 0 ? FormattableString.Invariant($", MaxVio {report.MaxViolation:F3}") : "";
        Line(FormattableString.Invariant($"step {report.Step}: held-out loss {report.Loss:F4}{above}{mtp}{experts}"));
    }

    public void OnCheckpoint(int step)
    {
    }

    public void OnNote(string sentence)
    {
        Clear();
        Output.Error(sentence);
    }

    /// <summary>Takes the rewritten line away.</summary>
    public void Clear()
    {
        if (_width > 0) Console.Error.Write("\r" + new string(' ', _width) + "\r");
        _width = 0;
    }

    private void Show(StepReport report)
    {
        string mtp = report.MtpWeight > 0 ? FormattableString.Invariant($", MTP {_mtpLoss / _steps:F4}") : "";
        string experts = report.MaxViolations.Count > 0 ? FormattableString.Invariant($", MaxVio {_violation / _steps:F2}") : "";
        string share = ShareOfPeak is { } s ? FormattableString.Invariant($" ({100 * s:F0} % of peak)") : "";
        var left = TimeSpan.FromSeconds((settings.Steps - report.Step) * (Stopwatch.GetElapsedTime(_start).TotalSeconds / (report.Step - _firstStep + 1)));
        string text = FormattableString.Invariant($"step {report.Step}/{settings.Steps}: loss {_loss / _steps:F4}{mtp}{experts}, {TokensPerSecond:F0} tokens/s{share}, {left:h\\:mm\\:ss} left");
        (_loss, _mtpLoss, _violation, _steps) = (0, 0, 0, 0);
        if (!_terminal)
        {
            Console.Out.WriteLine(text);
            return;
        }

        Console.Error.Write("\r" + text.PadRight(_width));
        _width = text.Length;
    }

    private void Line(string text)
    {
        Clear();
        Console.Out.WriteLine(text);
    }
}
