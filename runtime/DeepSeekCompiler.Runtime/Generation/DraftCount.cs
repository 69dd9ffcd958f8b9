namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>Drafts at one place of their step, the first or deeper.</summary>
/// <param name="Tried">How many the main model judged: those before them in their step were right.</param>
/// <param name="Accepted">How many of them were right.</param>
public readonly record struct DraftCount(int Tried, int Accepted);
