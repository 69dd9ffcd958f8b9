using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Interpretation;
using DeepSeekCompiler.Generators.Loops.Passes;
using DeepSeekCompiler.Generators.Spec;

// System has another.
using Buffer = DeepSeekCompiler.Generators.Loops.Buffer;

namespace DeepSeekCompiler.Ir.Tests;

/// <summary>Products of pairs stand in groups in front of their additions, what they need stays in front of them, and sums come out as before.</summary>
public class GroupProductsTests
{
    private const int Lanes = 16;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public void Products_ComeBeforeTheirAdditions(int sums)
    {
        var words = new Buffer("words", NumberFormat.I32, MemoryScope.Argument);
        var result = new Buffer("result", NumberFormat.I32, MemoryScope.Argument);
        var sum = new Buffer("sum", NumberFormat.I32, MemoryScope.Register, sums * Lanes);
        var x = new Var("x", ScalarKind.I32, 0, Lanes);
        Load At(Buffer buffer, int vector) => new(buffer, vector * Lanes, null, Lanes);
        var body = new List<Stmt> { new Alloc(sum) };
        for (int i = 0; i < sums; i++) body.Add(new Store(sum, i * Lanes, new Broadcast(Const.Int(i), Lanes)));
        body.Add(new Let(x, At(words, 0)));
        // Two trips, so that a second group finds what the first has added.
        for (int trip = 0; trip < 2; trip++)
        {
            for (int i = 0; i < sums; i++) body.Add(new Store(sum, i * Lanes, new PairDot(At(words, i + trip), x, At(sum, i))));
        }

        for (int i = 0; i < sums; i++) body.Add(new Store(result, i * Lanes, At(sum, i)));
        var function = new LoopFunction("f", [], [words, result], Const.One, new Block(body));
        var grouped = GroupProducts.Run(function);
        Assert.Equal(Run(function, sums), Run(grouped, sums));

        var statements = ((Block)grouped.Body).Body.Select(s => s is Let { Value: PairDot } ? 'p' : s is Store { Value: Binary { Op: BinaryOp.Add } } ? '+' : '.').ToArray();
        string text = new string(statements).Trim('.');
        Assert.Equal(sums switch { 1 => "pp++", 4 => "pppp++++pppp++++", _ => "pppp++++pppp++++pppp++++" }, text);
    }

    private static double[] Run(LoopFunction function, int sums)
    {
        var random = new Random(1);
        var memory = new Memory();
        memory.Buffers["words"] = new Storage([.. Enumerable.Range(0, (sums + 1) * Lanes).Select(_ => (double)((random.Next(-3584, 3585) & 0xFFFF) | (random.Next(-3584, 3585) << 16)))]);
        memory.Buffers["result"] = new Storage(sums * Lanes);
        LoopInterpreter.Run(function, memory, 1);
        return memory.Buffers["result"].Numbers;
    }
}
