namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>A matrix in blocks of columns, each in tiles of rows: [blocks][tiles][vectors of a block][rows of the tile][columns of a vector]. What a register tile reads of a
/// block lies in one run, the tiles that follow it right behind, so that memory is read in one stream; each row's vector is one to write, and the last tile, with the
/// rows that are left, takes no more room than they need. A vector is as long as those that the columns are cut into, one number where they are not.</summary>
/// <param name="Rows">Rows of a whole tile.</param>
/// <param name="Columns">Columns of a whole block.</param>
public sealed record TileLayout(int Rows, int Columns);
