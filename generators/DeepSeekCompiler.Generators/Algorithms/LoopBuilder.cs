using System;
using System.Collections.Generic;
using System.Globalization;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Spec;
using Buffer = DeepSeekCompiler.Generators.Loops.Buffer;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Writes irregular kernels directly at loop level.</summary>
internal sealed class LoopBuilder
{
    private readonly Stack<List<Stmt>> _blocks = new();
    private int _variables;

    public LoopBuilder() => _blocks.Push(new());

    public Block Body => new(_blocks.Peek());

    /// <summary>A list of working memory, of which one number may be all there is.</summary>
    public Buffer Scratch(string name, NumberFormat format, int length) => Opened(new(name, format, MemoryScope.Scratch, length));

    /// <summary>One number, a local variable: its only index is 0.</summary>
    public Buffer Local(string name, NumberFormat format) => Opened(new(name, format, MemoryScope.Register, 1));

    public void Open(Buffer buffer) => _blocks.Peek().Add(new Alloc(buffer));

    /// <summary>Lanes that are threads wait for each other: in front of branches that some of them take, and of loops that would wait in every turn.</summary>
    public void Barrier() => _blocks.Peek().Add(new Barrier());

    public void Store(Buffer buffer, Expr index, Expr value) => _blocks.Peek().Add(new Store(buffer, Affine.Simplify(index), value));

    public Var Let(string name, Expr value)
    {
        var variable = new Var(name, value.Kind, 0, value.Lanes);
        _blocks.Peek().Add(new Let(variable, value));
        return variable;
    }

    public void Note(string text) => _blocks.Peek().Add(new Comment(text));

    public void For(string name, Expr count, Action<Var> body, LoopKind kind = LoopKind.Serial)
    {
        var variable = new Var(name + (_variables++).ToString(CultureInfo.InvariantCulture), ScalarKind.I32, count is Const c ? (int)c.Value : 0);
        _blocks.Push(new());
        body(variable);
        var inner = _blocks.Pop();
        _blocks.Peek().Add(new For(variable, Const.Zero, count, kind, new Block(inner)));
    }

    public void If(Expr condition, Action body)
    {
        _blocks.Push(new());
        body();
        var inner = _blocks.Pop();
        _blocks.Peek().Add(new If(condition, new Block(inner)));
    }

    public static Load At(Buffer buffer, Expr index) => new(buffer, Affine.Simplify(index));

    private Buffer Opened(Buffer buffer)
    {
        Open(buffer);
        return buffer;
    }
}
