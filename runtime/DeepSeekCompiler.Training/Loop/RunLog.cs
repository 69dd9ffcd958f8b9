using System.Globalization;
using DeepSeekCompiler.Training.Files;

namespace DeepSeekCompiler.Training.Loop;

/// <summary>A CSV file that begins with a step number in every line, and is cut back when a run goes on from an earlier step.</summary>
public sealed class RunLog : IDisposable
{
    /// <summary>Columns of the log of steps.</summary>
    public const string StepColumns = "step,tokens,loss,mtp_loss,balance_loss,gradient_norm,learning_rate,mtp_weight,maxvio_mean,maxvio_max,load_entropy,seconds";

    /// <summary>Columns of the log of evaluations.</summary>
    public const string EvaluationColumns = "step,loss,tokens,mtp_loss,mtp_tokens,maxvio_mean,maxvio_max";

    private readonly string _path;
    private readonly FileStream _stream;

    /// <param name="path">The file; lines of steps after <paramref name="step"/>, and half a line at the end, are taken out. A log of other columns is moved to
    /// a file of the same name with <c>.old</c> behind it.</param>
    /// <param name="columns">The first line.</param>
    /// <param name="step">The step that the run goes on from.</param>
    public RunLog(string path, string columns, int step)
    {
        _path = path;
        var kept = new List<string> { columns };
        if (File.Exists(path) && step > 0)
        {
            // Lines of other columns would be read as these; they stay, beside this log.
            if (File.ReadLines(path).FirstOrDefault() == columns) kept.AddRange(Lines(path).Where(l => StepOf(l) <= step));
            else File.Move(path, path + ".old", overwrite: true);
        }

        DurableFile.Replace(path, System.Text.Encoding.UTF8.GetBytes(string.Concat(kept.Select(l => l + "\n"))));
        _stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    public void Add(StepReport r) => Add(FormattableString.Invariant(
        $"{r.Step},{r.Tokens},{r.Loss:R},{r.MtpLoss:R},{r.BalanceLoss:R},{r.GradientNorm:R},{r.LearningRate:R},{r.MtpWeight:R},{r.MaxViolation:R},{r.MaxViolations.DefaultIfEmpty().Max():R},{r.LoadEntropy:R},{r.Seconds:F4}"));

    public void Add(EvaluationReport r) => Add(FormattableString.Invariant($"{r.Step},{r.Loss:R},{r.Tokens},{r.MtpLoss:R},{r.MtpTokens},{r.MaxViolation:R},{r.MaxViolations.DefaultIfEmpty().Max():R}"));

    /// <summary>Waits until the lines are on the disk.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    /// <summary>The columns of a log, by name; half a line at the end is left out.</summary>
    public static IReadOnlyDictionary<string, double[]> Read(string path)
    {
        string[] names = File.ReadLines(path).First().Split(',');
        double[][] rows = [.. Lines(path).Select(l => l.Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray())];
        return names.Select((name, column) => (name, values: rows.Select(r => r[column]).ToArray())).ToDictionary(c => c.name, c => c.values);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <inheritdoc/>
    public override string ToString() => _path;

    // Lines behind the columns that end.
    private static IEnumerable<string> Lines(string path)
    {
        string text = File.ReadAllText(path);
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1);
    }

    private static int StepOf(string line) =>
        int.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(','))), NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : int.MaxValue;

    private void Add(string line) => _stream.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
}
