using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Names the part of a buffer from an offset on, for the rest of the enclosing block: a row, or one pointer of a table.</summary>
/// <param name="Name">The new name, with the source's format and scope.</param>
/// <param name="Source">What it looks at.</param>
/// <param name="Offset">Elements.</param>
/// <param name="Table">Which pointer of the table, for table buffers; else null.</param>
public sealed record View(Buffer Name, Buffer Source, Expr Offset, Expr? Table) : Stmt;
