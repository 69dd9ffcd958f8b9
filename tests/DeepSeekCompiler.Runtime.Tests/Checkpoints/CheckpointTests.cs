using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Recipes;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Runtime.Tests.Checkpoints;

public class CheckpointTests
{
    public static TheoryData<string> Cases => [.. GoldenFiles.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryGoldenCheckpoint_Opens(string name)
    {
        using var folder = new TempFolder();
        var recipe = Recipe.Load(GoldenFiles.Path(name, "recipe.json"));
        RecipeWriter.Write(recipe, folder.Path);

        using var checkpoint = Checkpoint.Open(folder.Path);

        Assert.Equal(
            recipe.Tensors.Select(t => (t.Name, t.Type, Shape: string.Join(",", t.Shape), t.File)).Order(),
            checkpoint.Tensors.Select(t => (t.Name, t.Type, Shape: string.Join(",", t.Shape), t.File)).Order());
        Assert.Equal(recipe.Files.Sum(f => f.Bytes), checkpoint.Length);
        Assert.Null(checkpoint.Find("model.none"));
    }

    [Fact]
    public void TestDataOfOtherTypes_CanBeRead()
    {
        using var golden = SafetensorsFile.Open(GoldenFiles.Path("v3-tiny", "golden.safetensors"));
        using var train = SafetensorsFile.Open(GoldenFiles.Path("train", "golden.safetensors"));

        Assert.Equal(16, golden["generated"].AsSpan<long>().Length);
        Assert.All(golden["generated"].AsSpan<long>().ToArray(), t => Assert.InRange(t, 0, 511));
        Assert.True(train["grad.l2"].AsSpan<double>()[0] > 0);
        Assert.Null(golden["generated"].Format);
    }

    [Fact]
    public void WrongElementType_IsAnError()
    {
        using var golden = SafetensorsFile.Open(GoldenFiles.Path("v3-tiny", "golden.safetensors"));

        var error = Assert.Throws<InvalidOperationException>(() => golden["generated"].AsSpan<float>().Length);

        Assert.Contains("generated is stored as I64", error.Message);
        Assert.Contains("\"none\"", Assert.Throws<CheckpointException>(() => golden["none"]).Message);
    }

    [Fact]
    public void WrittenFile_ReadsBack()
    {
        using var folder = new TempFolder();
        var path = folder["x.safetensors"];
        SafetensorsWriter.Write(path, [
            (new TensorLayout("scalar", SafetensorsType.I64, []), BitConverter.GetBytes(7L)),
            (new TensorLayout("codes", SafetensorsType.F8E4M3, [1, 3]), new byte[] { 1, 2, 3 }),
            (new TensorLayout("none", SafetensorsType.F32, [0]), default)]);

        using var file = SafetensorsFile.Open(path);

        Assert.Equal(7, file["scalar"].AsSpan<long>()[0]);
        Assert.Equal([1, 2, 3], file["codes"].AsSpan<byte>().ToArray());
        Assert.Equal([1L, 3L], file["codes"].Shape);
        Assert.Equal(StorageFormat.E4M3, file["codes"].Format);
        Assert.Equal(0, file["none"].Bytes);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void WrongDataLength_IsAnArgumentErrorOfTheWriter()
    {
        using var folder = new TempFolder();

        var error = Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder["x"], [(new TensorLayout("a", SafetensorsType.F32, [2]), new byte[7])]));

        Assert.Contains("a takes 8 bytes, but 7 were given", error.Message);
    }

    [Fact]
    public unsafe void WholeLines_BeginAtALine()
    {
        using var folder = new TempFolder();
        var path = folder["x.safetensors"];
        byte[] odd = [1, 2, 3], lines = [.. Enumerable.Range(0, 128).Select(i => (byte)i)];
        SafetensorsWriter.Write(path, [
            (new TensorLayout("odd", SafetensorsType.U8, [3]), odd),
            (new TensorLayout("first", SafetensorsType.BF16, [2, 32]), lines),
            (new TensorLayout("second", SafetensorsType.U8, [128]), lines)]);

        using var file = SafetensorsFile.Open(path);

        Assert.Equal(["first", "second", "odd"], file.Tensors.Select(t => t.Name));
        Assert.Equal(0, (nint)file["first"].Data % 64);
        Assert.Equal(0, (nint)file["second"].Data % 64);
        Assert.Equal(lines, file["second"].AsSpan<byte>().ToArray());
        Assert.Equal(odd, file["odd"].AsSpan<byte>().ToArray());
    }

    [Fact]
    public void UnwritablePlace_IsACheckpointError()
    {
        using var folder = new TempFolder();

        var error = Assert.Throws<CheckpointException>(() => SafetensorsWriter.Write(folder["none/x"], [(new TensorLayout("a", SafetensorsType.U8, [1]), new byte[1])]));

        Assert.Contains("cannot be written", error.Message);
    }

    [Fact]
    public void SingleFile_GoesBeforeTheIndex()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["model.safetensors"], Crafted.Vectors(1, "a"));
        File.WriteAllText(folder["model.safetensors.index.json"], "nonsense");

        using var checkpoint = Checkpoint.Open(folder.Path);

        Assert.Equal("a", Assert.Single(checkpoint.Tensors).Name);
    }
}
