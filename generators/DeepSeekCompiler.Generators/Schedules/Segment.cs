using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>A stretch of an axis whose parts have fixed counts: the whole tiles, or the tail behind them.</summary>
/// <param name="Base">Where the stretch starts, from the axis' begin.</param>
/// <param name="Parts">The loops over it, as many as the split has.</param>
public sealed record Segment(Expr Base, IReadOnlyList<Part> Parts);
