namespace DeepSeekCompiler.Runtime.Models;

/// <summary>Base of every generated model: what the generator writes, and what sessions call.</summary>
public abstract class CompiledModel : IDisposable
{
    /// <summary>The compiled facts.</summary>
    public abstract ModelInfo Info { get; }

    /// <summary>Every tensor of the checkpoint, in the order of the bound weights.</summary>
    public abstract IReadOnlyList<TensorSlot> Manifest { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}
