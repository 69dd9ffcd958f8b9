using System.Runtime.InteropServices;
using System.Text.Json;

namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>The child's side: answers requests until there are no more.</summary>
internal static class ContenderLoop
{
    /// <param name="input">A request a line.</param>
    /// <param name="output">A reply a line.</param>
    /// <param name="open">Makes the contender of a setup.</param>
    public static int Run(TextReader input, TextWriter output, Func<ContenderSetup, IContender> open)
    {
        IContender? contender = null;
        while (input.ReadLine() is { } line)
        {
            var request = JsonSerializer.Deserialize<Request>(line)!;
            Reply reply;
            try
            {
                if (request.Verb == Verb.Open) contender = open(request.Setup!);
                reply = Answer(contender!, request);
            }
            // Whatever it is, the parent says it in the table.
            catch (Exception e)
            {
                reply = new Reply { Failure = Sentence(e) };
            }

            output.WriteLine(reply.ToLine());
            output.Flush();
        }

        contender?.Dispose();
        return 0;
    }

    private static Reply Answer(IContender contender, Request request)
    {
        switch (request.Verb)
        {
            case Verb.Open:
                return new Reply { Facts = contender.Facts };
            case Verb.Logits:
                Logits(contender, request);
                return new Reply();
            case Verb.Warm:
                return new Reply { Settings = contender.Warm(request.Case!) };
            case Verb.Run:
                return new Reply { Seconds = contender.Run(request.Case!) };
            default:
                return new Reply { Limits = contender.Limits() };
        }
    }

    private static void Logits(IContender contender, Request request)
    {
        using var file = File.Create(request.File);
        foreach (int prompt in request.Prompts) contender.Logits(prompt, request.Steps, row => file.Write(MemoryMarshal.AsBytes(row)));
    }

    private static string Sentence(Exception e)
    {
        while (e is System.Reflection.TargetInvocationException or TypeInitializationException && e.InnerException is { } inner) e = inner;

        // libtorch's messages go on with where it was in its own code.
        return e.Message.Split('\n')[0].Trim();
    }
}
