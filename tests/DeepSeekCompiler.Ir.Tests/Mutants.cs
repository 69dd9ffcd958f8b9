using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;

namespace DeepSeekCompiler.Ir.Tests;

/// <summary>Kernels with one mistake: every load or store index in turn off by one, and every statement in turn left out.</summary>
internal static class Mutants
{
    public static IEnumerable<LoweredKernel> Of(LoweredKernel kernel)
    {
        for (int f = 0; f < kernel.Functions.Count; f++)
        {
            int loads = Count(kernel.Functions[f].Body);
            for (int i = 0; i < loads; i++)
            {
                int at = i;
                var body = Shift(kernel.Functions[f].Body, ref at);
                var functions = kernel.Functions.ToList();
                functions[f] = functions[f] with { Body = body };
                yield return kernel with { Functions = functions };
            }
        }
    }

    private static int Count(Stmt statement) => statement switch
    {
        Block b => b.Body.Sum(Count),
        For f => Count(f.Body),
        Store { Target.Scope: not MemoryScope.Register } => 1,
        Let { Value: Load { Source.Scope: not MemoryScope.Register } or LoadWords } => 1,
        _ => 0,
    };

    private static Stmt Shift(Stmt statement, ref int at)
    {
        switch (statement)
        {
            case Block block:
                var body = new List<Stmt>();
                foreach (var s in block.Body) body.Add(Shift(s, ref at));
                return new Block(body);
            case For loop:
                return loop with { Body = Shift(loop.Body, ref at) };
            case Store { Target.Scope: not MemoryScope.Register } store:
                return at-- == 0 ? store with { Index = store.Index + 1 } : store;
            case Let { Value: Load { Source.Scope: not MemoryScope.Register } load } let:
                return at-- == 0 ? let with { Value = load with { Index = load.Index + 1 } } : let;
            case Let { Value: LoadWords words } let:
                return at-- == 0 ? let with { Value = words with { Index = words.Index + 1 } } : let;
            default:
                return statement;
        }
    }
}
