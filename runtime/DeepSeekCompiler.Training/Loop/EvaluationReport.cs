namespace DeepSeekCompiler.Training.Loop;

/// <summary>Losses on held-out rows.</summary>
/// <param name="Step">After which step.</param>
/// <param name="Loss">Mean cross entropy of the next token, nats.</param>
/// <param name="Tokens">Tokens it is the mean of.</param>
/// <param name="MtpLoss">Mean cross entropy of the token after the next; 0 without an MTP module.</param>
/// <param name="MtpTokens">Tokens it is the mean of.</param>
public sealed record EvaluationReport(int Step, double Loss, long Tokens, double MtpLoss, long MtpTokens);
