using System.Text;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Runtime.Tests.Checkpoints;

public class FuzzTests
{
    private static readonly string[] s_words =
        ["{", "}", "[", "]", ",", ":", "\"", "0", "-1", "9223372036854775807", "1e9", "null", "\"a\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\\u0000", "\uFEFF"];

    [Fact]
    public void MutatedFiles_OpenOrAreRefused_ButNeverFailOtherwise()
    {
        using var folder = new TempFolder();
        var path = folder["model.safetensors"];
        var sound = Crafted.File(
            $"{{\"__metadata__\":{{\"format\":\"pt\"}},{Crafted.Entry("a", "F32", "[2,3]", 0, 24)},{Crafted.Entry("b", "U8", "[8]", 24, 32)}}}", 32);
        var (opened, refused) = (0, 0);
        for (var seed = 0; seed < 2000; seed++)
        {
            var mutated = Mutate(sound, new Random(seed), fixLength: seed % 2 == 0);
            File.WriteAllBytes(path, mutated);
            if (Opens(seed, () => Checkpoint.Open(folder.Path)))
            {
                opened++;
            }
            else
            {
                refused++;
            }
        }

        Assert.True(opened > 10 && refused > 1000, $"{opened} opened and {refused} refused: the mutations reach one side only.");
    }

    [Fact]
    public void MutatedIndexes_OpenOrAreRefused_ButNeverFailOtherwise()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["one.safetensors"], Crafted.Vectors(2, "a"));
        var sound = Encoding.UTF8.GetBytes("{\"metadata\":{\"total_size\":8},\"weight_map\":{\"a\":\"one.safetensors\"}}");
        var opened = 0;
        for (var seed = 0; seed < 1000; seed++)
        {
            var mutated = Mutate(sound, new Random(seed), fixLength: false);
            File.WriteAllBytes(folder["model.safetensors.index.json"], mutated);
            opened += Opens(seed, () => Checkpoint.Open(folder.Path)) ? 1 : 0;
        }

        Assert.InRange(opened, 1, 999);
    }

    private static bool Opens(int seed, Func<Checkpoint> open)
    {
        try
        {
            using var checkpoint = open();
            foreach (var tensor in checkpoint.Tensors)
            {
                Assert.Equal(tensor.Bytes, Touch(tensor));
            }

            return true;
        }
        catch (CheckpointException e)
        {
            Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
            return false;
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"Seed {seed}: {e}");
            throw;
        }
    }

    // Reads every byte: a tensor outside of the map would end the process.
    private static unsafe long Touch(CheckpointTensor tensor)
    {
        var count = 0L;
        for (var i = 0L; i < tensor.Bytes; i++)
        {
            count += tensor.Data[i] >= 0 ? 1 : 0;
        }

        return count;
    }

    private static byte[] Mutate(byte[] sound, Random random, bool fixLength)
    {
        var bytes = sound.ToList();
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.Skip(random.Next(bytes.Count)).Take(random.Next(1, 40)).ToList());
                    break;
                case 4:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_words[random.Next(s_words.Length)]));
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(2) == 0 ? bytes.Count - at : 1);
                    break;
            }
        }

        var result = bytes.ToArray();
        if (fixLength && result.Length > 40)
        {
            // So that the mutation meets the parser, and not only the check of the length.
            BitConverter.GetBytes((ulong)(result.Length - 40)).CopyTo(result, 0);
        }

        return result;
    }
}
