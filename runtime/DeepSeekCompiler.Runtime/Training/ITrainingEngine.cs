namespace DeepSeekCompiler.Runtime.Training;

/// <summary>A training pass in the memory of a device. Values, gradients and activations live there; the host keeps a copy of the first two.</summary>
internal unsafe interface ITrainingEngine : IDisposable
{
    /// <summary>Name of the device.</summary>
    string Device { get; }

    /// <summary>Copies the values of a manifest slot to the device.</summary>
    void SetValues(int slot, float* values, long count);

    /// <summary>Copies the gradients of a manifest slot from the device, behind everything that was run.</summary>
    void GetGradients(int slot, float* gradients, long count);

    void ClearGradients();

    /// <summary>Runs the micro-batch that the step holds, forward and, where it says so, backward, and writes margins, totals and balance losses into it.</summary>
    void Accumulate(TrainingStep step);

    /// <summary>The experts that the forward pass of a block chose: [tokens, k].</summary>
    void GetChosen(int block, Span<int> chosen);
}
