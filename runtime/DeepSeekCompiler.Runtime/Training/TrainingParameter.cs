namespace DeepSeekCompiler.Runtime.Training;

/// <summary>A trained tensor: its float32 master values and the gradients summed so far. The memory belongs to the pass and moves never.</summary>
/// <remarks>A pass on a device computes on copies of its own. Asking for one of the two addresses is what keeps both sides alike, so ask again after every call of
/// the pass: values are copied to the device by the next one, gradients from it when they are asked for.</remarks>
public sealed unsafe class TrainingParameter
{
    private readonly float* _values;
    private readonly float* _gradients;

    internal TrainingParameter(int slot, string name, int rows, int columns, bool isVector, float* values, float* gradients)
    {
        (Slot, Name, Rows, Columns, IsVector) = (slot, name, rows, columns, isVector);
        _values = values;
        _gradients = gradients;
    }

    /// <summary>The name in the checkpoint. Tied tensors (the MTP module's embedding and head) appear once, under the main name.</summary>
    public string Name { get; }

    /// <summary>First extent; 1 for a vector.</summary>
    public int Rows { get; }

    /// <summary>Second extent, contiguous.</summary>
    public int Columns { get; }

    /// <summary>Stored as [Columns]: the norm weights, which are usually not decayed.</summary>
    public bool IsVector { get; }

    /// <summary>Numbers.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>[Rows, Columns] float32, 64-byte aligned; zero until somebody writes them.</summary>
    public float* Values
    {
        get
        {
            Written = true;
            return _values;
        }
    }

    /// <summary>[Rows, Columns] float32 for reading; <see cref="TrainingPass.Accumulate"/> adds to them, <see cref="TrainingPass.ClearGradients"/> makes them zero.</summary>
    public float* Gradients
    {
        get
        {
            Newer?.GetGradients(Slot, _gradients, Count);
            Newer = null;
            return _gradients;
        }
    }

    /// <summary>Place in the manifest.</summary>
    internal int Slot { get; }

    /// <summary>Whether the values may have been written since a device saw them.</summary>
    internal bool Written { get; private set; } = true;

    /// <summary>The device whose gradients are newer than the host's; null for none.</summary>
    internal ITrainingEngine? Newer { get; set; }

    /// <summary>Copies the values to a device that may not have them.</summary>
    internal void Send(ITrainingEngine engine)
    {
        if (Written) engine.SetValues(Slot, _values, Count);
        Written = false;
    }
}
