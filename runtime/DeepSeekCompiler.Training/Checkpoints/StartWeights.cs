using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Training.Checkpoints;

/// <summary>Weights of a checkpoint folder as the beginning of a run, whatever they are stored as.</summary>
public static unsafe class StartWeights
{
    /// <summary>Fills parameters and correction biases.</summary>
    /// <exception cref="TrainingException">The folder lacks a tensor, or has it in another shape or a type that is no weight's.</exception>
    public static void Read(TrainingPass pass, string folder)
    {
        ArgumentNullException.ThrowIfNull(pass);
        try
        {
            using var checkpoint = Checkpoint.Open(folder);
            foreach (var p in pass.Parameters) Fill(checkpoint, p.Name, p.IsVector ? [p.Columns] : [p.Rows, p.Columns], p.Values);
            foreach (var layer in pass.ExpertLayers)
            {
                if (layer.BiasName is { } name) Fill(checkpoint, name, [layer.Load.Length], layer.Bias);
            }
        }
        catch (CheckpointException e)
        {
            throw new TrainingException(e.Message, e);
        }
    }

    private static void Fill(Checkpoint checkpoint, string name, long[] shape, float* values)
    {
        if (checkpoint.Find(name) is not { } tensor || !tensor.Shape.SequenceEqual(shape))
            throw new TrainingException($"{checkpoint.Folder} has no tensor {name} of shape [{string.Join(", ", shape)}], which the configuration asks for.");
        long count = shape.Aggregate(1L, (p, e) => p * e);
        switch (tensor.Format)
        {
            case StorageFormat.F32:
                Buffer.MemoryCopy(tensor.Data, values, count * sizeof(float), count * sizeof(float));
                break;
            case StorageFormat.BF16:
                for (long i = 0; i < count; i++) values[i] = BF16.Decode(((ushort*)tensor.Data)[i]);
                break;
            case StorageFormat.F16:
                for (long i = 0; i < count; i++) values[i] = F16.Decode(((ushort*)tensor.Data)[i]);
                break;
            case StorageFormat.E4M3 when shape.Length == 2:
                Dequantize(checkpoint, tensor, values);
                break;
            default:
                throw new TrainingException($"{name} in {checkpoint.Folder} is stored as {SafetensorsTypes.NameOf(tensor.Type)}, which no weight is.");
        }
    }

    private static void Dequantize(Checkpoint checkpoint, CheckpointTensor tensor, float* values)
    {
        int rows = (int)tensor.Shape[0], columns = (int)tensor.Shape[1];
        string name = tensor.Name + WeightBinder.ScaleSuffix;
        if (checkpoint.Find(name) is not { Type: SafetensorsType.F32 } scales || !scales.Shape.SequenceEqual([ScaleBlocks.Count(rows), ScaleBlocks.Count(columns)]))
            throw new TrainingException($"{checkpoint.Folder} has no block scales {name} for its FP8 weight.");
        BlockQuantizer.Dequantize(tensor.AsSpan<byte>(), scales.AsSpan<float>(), rows, columns, new Span<float>(values, checked(rows * columns)));
    }
}
