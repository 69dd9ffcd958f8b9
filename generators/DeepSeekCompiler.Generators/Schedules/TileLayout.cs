namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>A matrix in tiles of rows. A tile is [blocks of columns][rows of the tile][columns of a block]: what a register tile reads lies in one run, each
/// row's block is one vector to write, and the last tile, with the rows that are left, takes no more room than they need. A block is as long as the vectors
/// that the columns are cut into, one where they are not.</summary>
/// <param name="Rows">Rows of a whole tile.</param>
public sealed record TileLayout(int Rows);
