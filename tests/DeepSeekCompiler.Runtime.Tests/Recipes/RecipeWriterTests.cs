using System.Security.Cryptography;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Recipes;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Runtime.Tests.Recipes;

public class RecipeWriterTests
{
    public static TheoryData<string> Cases => [.. GoldenFiles.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryGoldenFile_IsMadeBitForBit(string name)
    {
        using var folder = new TempFolder();
        var recipe = Recipe.Load(GoldenFiles.Path(name, "recipe.json"));

        RecipeWriter.Write(recipe, folder.Path);

        Assert.NotEmpty(recipe.Files);
        foreach (var file in recipe.Files)
        {
            var bytes = File.ReadAllBytes(folder[file.Name]);
            var position = 8 + BitConverter.ToInt32(bytes);
            foreach (var tensor in recipe.Tensors.Where(t => t.File == file.Name))
            {
                var length = (int)new TensorLayout(tensor.Name, tensor.Type, tensor.Shape).Bytes;
                Assert.Equal((tensor.Name, tensor.Sha256), (tensor.Name, Sha(bytes.AsSpan(position, length))));
                position += length;
            }

            Assert.Equal((file.Bytes, file.Sha256), (bytes.LongLength, Sha(bytes)));
        }
    }

    [Fact]
    public void WorkedValues_AreThoseOfTheSpecification()
    {
        var tensor = new RecipeTensor("model.embed_tokens.weight", SafetensorsType.F32, [1, 1], "f") { Scale = 1.732 };
        var values = RecipeValues.Of(tensor, 1000);

        Assert.Equal(0xa88fd795d5c6d156, RecipeValues.Hash(tensor.Name));
        Assert.Equal(0xa03cab0cef32635e, values.Key);
        Assert.Equal(0x37e29050ed1934d3ul, values.Bits(0));
        Assert.Equal(0xbf79ce6bu, BitConverter.SingleToUInt32Bits(values.Value(0)));
    }

    [Fact]
    public void ShardedRecipe_GetsAnIndexOfAllTensors()
    {
        using var folder = new TempFolder();
        var recipe = Recipe.Load(GoldenFiles.Path("v3-sharded-bf16", "recipe.json"));

        RecipeWriter.Write(recipe, folder.Path);

        using var index = System.Text.Json.JsonDocument.Parse(File.ReadAllText(folder["model.safetensors.index.json"]));
        Assert.Equal(2112896, index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
        Assert.Equal(
            recipe.Tensors.Select(t => (t.Name, (string?)t.File)),
            index.RootElement.GetProperty("weight_map").EnumerateObject().Select(p => (p.Name, p.Value.GetString())));
    }

    [Fact]
    public void CancelledWriting_LeavesNoFile()
    {
        using var folder = new TempFolder();
        using var cancel = new CancellationTokenSource();
        var recipe = Recipe.Load(GoldenFiles.Path("train", "recipe.json"));

        Assert.ThrowsAny<OperationCanceledException>(() => RecipeWriter.Write(recipe, folder.Path, (_, _) => cancel.Cancel(), cancel.Token));

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Progress_EndsAtAllBytes()
    {
        using var folder = new TempFolder();
        var most = 0L;
        var recipe = Recipe.Load(GoldenFiles.Path("train", "recipe.json"));

        RecipeWriter.Write(recipe, folder.Path, (done, total) =>
        {
            Assert.Equal(298848, total);
            InterlockedMax(ref most, done);
        });

        Assert.Equal(298848, most);
    }

    private static void InterlockedMax(ref long place, long value)
    {
        for (var seen = Volatile.Read(ref place); seen < value;)
        {
            seen = Interlocked.CompareExchange(ref place, value, seen);
        }
    }

    private static string Sha(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
