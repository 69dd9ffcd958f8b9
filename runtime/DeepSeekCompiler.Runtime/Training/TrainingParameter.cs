namespace DeepSeekCompiler.Runtime.Training;

/// <summary>A trained tensor: its float32 master values and the gradients summed so far. The memory belongs to the pass and moves never.</summary>
public sealed unsafe class TrainingParameter
{
    internal TrainingParameter(string name, int rows, int columns, bool isVector, float* values, float* gradients)
    {
        (Name, Rows, Columns, IsVector) = (name, rows, columns, isVector);
        Values = values;
        Gradients = gradients;
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
    public float* Values { get; }

    /// <summary>[Rows, Columns] float32; <see cref="TrainingPass.Accumulate"/> adds to them, <see cref="TrainingPass.ClearGradients"/> makes them zero.</summary>
    public float* Gradients { get; }
}
