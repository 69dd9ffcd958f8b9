namespace DeepSeekCompiler.Training.Optimization;

/// <summary>Linear warm-up, then half a cosine down to a share of the peak.</summary>
/// <param name="Peak">The highest rate.</param>
/// <param name="WarmupSteps">Steps of the rise; step 1 has Peak / WarmupSteps.</param>
/// <param name="TotalSteps">The step that has the lowest rate; later ones keep it.</param>
/// <param name="FinalShare">The lowest rate as a share of the peak.</param>
public sealed record LearningRate(double Peak, int WarmupSteps, int TotalSteps, double FinalShare = 0.02)
{
    /// <param name="step">Counted from 1.</param>
    public double At(int step)
    {
        if (step <= WarmupSteps) return Peak * step / WarmupSteps;
        double progress = Math.Min(1, (step - WarmupSteps) / (double)Math.Max(1, TotalSteps - WarmupSteps));
        return Peak * (FinalShare + ((1 - FinalShare) * 0.5 * (1 + Math.Cos(Math.PI * progress))));
    }
}
