using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Verification;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Ir.Tests;

using Buffer = DeepSeekCompiler.Generators.Loops.Buffer;

/// <summary>Every rule of the verifier has a function that breaks it.</summary>
public class LoopVerifierTests
{
    private static readonly Buffer s_array = new("x", NumberFormat.F32, MemoryScope.Argument);
    private static readonly Buffer s_table = new("w", NumberFormat.F32, MemoryScope.Argument, 0, true);
    private static readonly Buffer s_register = new("sum", NumberFormat.F32, MemoryScope.Register, 2);
    private static readonly Var s_item = new("item", ScalarKind.I32);

    public static TheoryData<string, Stmt> Wrong => new()
    {
        { "used before it is defined", Items(new Store(s_array, new Var("k", ScalarKind.I32), 1.0)) },
        { "defined twice", Items(new Let(new Var("item", ScalarKind.I32), 1)) },
        { "used before it is opened", Items(new Store(s_register, 0, 1.0)) },
        { "an array and used as a table", Items(new Store(s_array, 0, 1.0, 1)) },
        { "a table and used as an array", Items(new Store(s_table, 0, 1.0)) },
        { "value of another kind", Items(new Store(s_array, 0, new Var("item", ScalarKind.I32))) },
        { "indexed by a F32", Items(new Store(s_array, 1.0, 1.0)) },
        { "indexed by a variable", Items(new Alloc(s_register), new Store(s_register, s_item, 1.0)) },
        { "is outside its", Items(new Alloc(s_register), new Store(s_register, 2, 1.0)) },
        { "outside the work items", new Block([new Store(s_array, 0, 1.0)]) },
        { "is inside another", Items(new For(new Var("j", ScalarKind.I32), 0, 2, LoopKind.Parallel, new Block([]))) },
        { "was not vectorised", Items(new For(new Var("j", ScalarKind.I32), 0, 8, LoopKind.Vector, new Block([]))) },
        { "mixes", Items(new Store(s_array, 0, new Binary(BinaryOp.Add, 1.0, new Broadcast(1.0, 8)))) },
        { "a multiply-add mixes", Items(new Store(s_array, 0, new MulAdd(1.0, new Broadcast(1.0, 8), 1.0))) },
        { "a selection mixes", Items(new Store(s_array, 0, new Select(new Binary(BinaryOp.Less, 1.0, 2.0), 1.0, new Broadcast(1.0, 8)))) },
        { "a vector is broadcast", Items(new Store(s_array, 0, new Broadcast(new Broadcast(1.0, 4), 4))) },
        { "without a size", Items(new Alloc(new Buffer("empty", NumberFormat.F32, MemoryScope.Scratch))) },
        { "opened twice", Items(new Alloc(s_register), new Alloc(s_register)) },
        { "no comparison", Items(new If(1, new Block([]))) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void WhatIsWrong_IsSaid(string expected, Stmt body)
    {
        var problems = LoopVerifier.Check(new LoopFunction("Test", [], [s_array, s_table], 4, body));
        Assert.Contains(problems, p => p.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIsRight_Passes() =>
        Assert.Empty(LoopVerifier.Check(new LoopFunction("Test", [], [s_array, s_table], 4, Items(new Alloc(s_register), new Store(s_register, 1, 2.0), new Store(s_array, s_item, new Load(s_register, 1))))));

    private static Block Items(params Stmt[] body) => new([new For(s_item, 0, 4, LoopKind.Parallel, new Block(body))]);
}
