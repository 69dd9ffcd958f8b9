namespace DeepSeekCompiler.Generators.Schedules.Rows;

/// <summary>What a stage makes of a row.</summary>
internal enum RowStageKind
{
    /// <summary>A number of the row, the same in all threads.</summary>
    Row,

    /// <summary>A sum along the row.</summary>
    Total,

    /// <summary>A number of every column.</summary>
    Columns,

    /// <summary>The largest magnitude of every block of 128 columns, which are one warp's.</summary>
    Most,

    /// <summary>A number of every block.</summary>
    Blocks,
}
