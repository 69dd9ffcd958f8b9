using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Models;

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
            // Kernels count bytes of what they make of a row of the widest buffer in 32 bits.
            if (!shortest && (maxTokens <= chunk / 2 || 4L * chunk * model.BufferColumns.Max() > int.MaxValue))
            {
                continue;
            }

            using var working = Count(model, device, program, run, maxTokens, chunk);
            var logits = 4L * Math.Min(Math.Min(chunk, maxTokens), HeadRows) * model.Info.VocabSize;
            var needed = weights + DeviceStep.BytesOf(model, maxTokens, chunk) + working.Bytes + logits;
            if (needed <= (shortest ? memory : memory - (memory / Spare)))
            {
                run.Expect(working);
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

    // Working memory of a chunk at the end of the longest context.
    private static PassMemory Count(CompiledModel model, OpenDevice device, DeviceProgram program, DeviceRun run, int maxTokens, int chunk)
    {
        var (memory, count) = (new PassMemory(device), Math.Min(chunk, maxTokens));
        using var step = new DeviceStep(model, device, maxTokens, chunk, memory);
        step.Plan(count, maxTokens - count);
        run.Count(memory, () =>
        {
            program.Forward(run, step);
            if (model.Info.NumNextnPredictLayers > 0)
            {
                program.Draft(run, step);
            }

            var rows = Math.Min(count, HeadRows);
            program.Head(run, step, step.Hidden, rows, memory.Of<float>((long)rows * model.Info.VocabSize), draft: false);
        });
        return memory;
    }
}
