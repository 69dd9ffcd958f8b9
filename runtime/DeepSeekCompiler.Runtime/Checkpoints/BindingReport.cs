namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Collects what does not fit between a manifest and a checkpoint, and says it in one sentence.</summary>
/// <param name="folder">The checkpoint folder.</param>
internal sealed class BindingReport(string folder)
{
    // A wrong checkpoint has thousands of problems of one kind; the first few tell the story.
    private const int Shown = 3;

    private readonly Group _missing = new("tensor is missing", "tensors are missing");
    private readonly Group _different = new("tensor differs", "tensors differ");
    private readonly Group _extra = new("tensor is not part of the model", "tensors are not part of the model");

    public void Missing(string name, SafetensorsType type, long[] shape) => _missing.Add(() => $"{name}, expected {Describe(type, shape)}");

    public void Different(CheckpointTensor tensor, SafetensorsType type, long[] shape) =>
        _different.Add(() => $"{tensor.Name} is {Describe(tensor.Type, tensor.Shape)}, expected {Describe(type, shape)}");

    public void Extra(CheckpointTensor tensor) => _extra.Add(() => $"{Wording.Quote(tensor.Name)} in {tensor.File}, found {Describe(tensor.Type, tensor.Shape)}");

    /// <exception cref="CheckpointException">There was anything.</exception>
    public void Throw()
    {
        var parts = new[] { _missing, _different, _extra }.Select(g => g.ToString()).Where(t => t.Length > 0).ToList();
        if (parts.Count > 0)
        {
            throw new CheckpointException($"The checkpoint in {folder} does not fit the model: {string.Join("; ", parts)}.");
        }
    }

    private static string Describe(SafetensorsType type, IEnumerable<long> shape) => $"{SafetensorsTypes.NameOf(type)} {Wording.Shape(shape)}";

    private sealed class Group(string one, string many)
    {
        private readonly List<string> _first = [];
        private int _count;

        public void Add(Func<string> describe)
        {
            if (_count++ < Shown)
            {
                _first.Add(describe());
            }
        }

        public override string ToString() => _count == 0
            ? string.Empty
            : Wording.Of($"{_count} {(_count == 1 ? one : many)} ({string.Join("; ", _first)}{(_count > Shown ? "; ..." : string.Empty)})");
    }
}
