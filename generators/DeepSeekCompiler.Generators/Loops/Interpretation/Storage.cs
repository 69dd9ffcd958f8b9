namespace DeepSeekCompiler.Generators.Loops.Interpretation;

/// <summary>The numbers of a buffer, decoded: an E4M3 number is kept times 2^-120, as loads see it.</summary>
public sealed class Storage
{
    /// <summary>What loads see of an E4M3 number: 2^-120 times it.</summary>
    public const double E4M3Factor = 1.0 / (1L << 60) / (1L << 60);

    private readonly double[] _numbers;
    private readonly bool[]? _written;

    /// <summary>Memory that was given.</summary>
    public Storage(double[] numbers) => _numbers = numbers;

    /// <summary>Memory that must be written before it is read.</summary>
    public Storage(int length)
    {
        _numbers = new double[length];
        _written = new bool[length];
    }

    public double[] Numbers => _numbers;

    public double Load(int index, string name)
    {
        if ((uint)index >= (uint)_numbers.Length) throw new InterpretationException($"{name}[{index}] is read, but it has {_numbers.Length} numbers");
        if (_written is not null && !_written[index]) throw new InterpretationException($"{name}[{index}] is read before it is written");
        return _numbers[index];
    }

    public void Store(int index, double value, string name)
    {
        if ((uint)index >= (uint)_numbers.Length) throw new InterpretationException($"{name}[{index}] is written, but it has {_numbers.Length} numbers");
        _numbers[index] = value;
        if (_written is not null) _written[index] = true;
    }
}
