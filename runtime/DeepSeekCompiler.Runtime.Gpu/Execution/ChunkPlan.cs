using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Models;
using ILGPU;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>How many tokens of a prompt go through a device together: as many as its memory has room for. Weights are read once for all of them.</summary>
internal static class ChunkPlan
{
    /// <summary>Rows of logits that are made together; a longer chunk's come in turns.</summary>
    public const int HeadRows = 512;

    // Longer chunks leave an eighth of the memory to other sessions and to the driver.
    private const int Spare = 8;

    private static readonly int[] s_chunks = [CompiledModel.MaxDeviceChunk, 2048, 1024, CompiledModel.MaxChunk];

    /// <summary>The longest chunk that fits.</summary>
    /// <exception cref="DeviceException">None does.</exception>
    public static int Of(CompiledModel model, OpenDevice device, DeviceProgram program, DeviceRun run, int maxTokens)
    {
        var (weights, memory) = (DeviceWeights.BytesOf(model), device.Info.MemoryBytes);
        foreach (var chunk in s_chunks)
        {
            var shortest = chunk == s_chunks[^1];
            if (!shortest && maxTokens <= chunk / 2)
            {
                continue;
            }

            var needed = weights + DeviceStep.BytesOf(model, maxTokens, chunk) + WorkingBytes(model, device, program, run, maxTokens, chunk);
            if (needed <= (shortest ? memory : memory - (memory / Spare)))
            {
                return chunk;
            }

            if (shortest)
            {
                throw new DeviceException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{model.Info.Name} with a context of {maxTokens} tokens needs {needed} bytes, and {device.Info.Name} ({device.Info.Description}) has {memory}; ask for a shorter context."));
            }
        }

        throw new InvalidOperationException("The shortest chunk fits or is refused.");
    }

    /// <summary>Logits, and what kernels take besides a session's own buffers, for a chunk at the end of the longest context.</summary>
    internal static long WorkingBytes(CompiledModel model, OpenDevice device, DeviceProgram program, DeviceRun run, int maxTokens, int chunk)
    {
        var count = Math.Min(chunk, maxTokens);
        var memory = run.NewCount();
        using var step = new DeviceStep(model, device, maxTokens, chunk, memory);
        step.Plan(count, maxTokens - count);
        var logits = (long)Math.Min(count, HeadRows) * model.Info.VocabSize;
        return (4 * logits) + run.MemoryOf(memory, () =>
        {
            program.Forward(run, step);
            if (model.Info.NumNextnPredictLayers > 0)
            {
                program.Draft(run, step);
            }

            program.Head(run, step, step.Hidden, Math.Min(count, HeadRows), memory.Of<float>(logits), draft: false);
        });
    }
}
