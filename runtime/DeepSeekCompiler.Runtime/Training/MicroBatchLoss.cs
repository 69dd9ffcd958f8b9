namespace DeepSeekCompiler.Runtime.Training;

/// <summary>The losses of a micro-batch, unscaled.</summary>
/// <param name="Main">Mean cross entropy of the next token, nats; 0 when no position has one.</param>
/// <param name="MainTokens">Positions it is the mean of.</param>
/// <param name="Mtp">Mean cross entropy of the MTP module (the token after the next); 0 without a module.</param>
/// <param name="MtpTokens">Positions it is the mean of.</param>
/// <param name="Balance">Sequence-wise balance loss without its factor: the mean over sequences, summed over expert blocks; 0 when its scale is 0 or nothing goes backward.</param>
public readonly record struct MicroBatchLoss(double Main, int MainTokens, double Mtp, int MtpTokens, double Balance);
