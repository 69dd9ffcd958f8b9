using System.CommandLine;
using System.Diagnostics;
using DeepSeekCompiler.Cli.Training;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Measurement;
using DeepSeekCompiler.Training.Checkpoints;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc train</c>: trains a model and exports it.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var arguments = new TrainArguments();
        var command = new Command("train", "Trains a model on text or on the sample corpus, and exports a checkpoint folder that every command runs.");
        arguments.AddTo(command);
        command.SetAction(parsed => Run(parsed, arguments));
        return command;
    }

    private static int Run(ParseResult parsed, TrainArguments arguments)
    {
        var format = arguments.Format(parsed);
        bool json = arguments.Json(parsed), resume = arguments.Resume(parsed);
        var run = RunFolder.Open(parsed, arguments);
        var settings = run.Plan.Settings;
        using var data = TrainingData.Open(run);
        using var pass = TrainingCompiler.Open(CheckpointSpec.ReadConfig(run.Config), new TrainingOptions { Batch = settings.MicroBatch, Length = settings.Length, Threads = settings.Threads, Device = settings.Device, Precision = settings.Precision });
        using var trainer = new Trainer(pass, settings, data.Training);
        if (arguments.Model(parsed) is { } model) StartWeights.Read(pass, model);
        if (!resume) run.Begin();
        // The peak of a device is not measured; nothing is said about a share of it.
        double? peak = settings.Device == "host" ? MachineLimits.Measure(pass.Run, repetitions: 3).FmaGflops : null;
        var observer = new ConsoleObserver(settings, data.Floor, MultipliedWeights.FlopsPerToken(pass.Layout), peak, json);
        if (!json) Output.Line($"{pass}, {(settings.Device == "host" ? $"{settings.Threads} threads" : pass.Device)}, {(resume ? "going on" : "beginning")} in {run.Root}");
        var watch = Stopwatch.StartNew();
        bool finished;
        using (var interrupt = new Interrupt()) finished = new TrainingRun(run.Root, trainer, data.HeldOut, observer).Run(resume, interrupt.Token);
        observer.Clear();
        ModelExport.Write(pass, File.ReadAllText(run.Config), format, run.Tokenizer, run.Model);
        TrainingReport.Write(run, data.Floor);
        var result = new TrainResult
        {
            Finished = finished, Step = trainer.Step, Seconds = watch.Elapsed.TotalSeconds, PeakGflops = peak, Floor = data.Floor,
            Drafts = finished ? DraftAcceptance.Measure(run.Model, data.HeldOut, settings.Threads) : (0, 0),
        };
        if (json) result.PrintJson(run, observer);
        else result.Print(run, observer);
        return finished ? 0 : 130;
    }
}
