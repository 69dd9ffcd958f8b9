using System.Diagnostics;
using DeepSeekCompiler.GpuBenchmark.Stages;

namespace DeepSeekCompiler.GpuBenchmark.Supervision;

/// <summary>The child's side: runs the items of a stage and writes a line before and after each. A device that is broken afterwards breaks this process alone.</summary>
internal static class StageRunner
{
    /// <param name="name">The stage.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="part">The part of them that is this process's.</param>
    /// <param name="skip">Items at the start that earlier processes have done.</param>
    /// <param name="output">Where the lines go.</param>
    public static int Run(string name, Options options, Part part, int skip, TextWriter output)
    {
        try
        {
            using var stage = StageList.Create(name, options);
            foreach (var item in stage.Items().Where(i => options.Wants(stage.Name, i.Name)).Where((_, i) => part.Has(i)).Skip(skip))
            {
                Write(output, new(item.Name, null, null, null));
                var watch = Stopwatch.StartNew();
                var figures = new Dictionary<string, double>();
                string? failure = null, trace = null;
                try
                {
                    item.Run(figures);
                }
                // Whatever it is: the next item may still tell something.
                catch (Exception e)
                {
                    (failure, trace) = (Sentence(e), e.ToString());
                }

                Write(output, new(item.Name, watch.Elapsed.TotalSeconds, failure, figures, trace));
            }

            return 0;
        }
        // The stage itself, not an item of it: the parent shows the last line.
        catch (Exception e)
        {
            Console.Error.WriteLine(Sentence(e));
            return 1;
        }
    }

    private static void Write(TextWriter output, StageEvent e)
    {
        output.WriteLine(e.ToLine());
        output.Flush();
    }

    private static string Sentence(Exception e)
    {
        while (e is System.Reflection.TargetInvocationException && e.InnerException is { } inner) e = inner;
        return e.Message.ReplaceLineEndings(" ").Trim();
    }
}
