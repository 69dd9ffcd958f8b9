using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Runtime.Tests.Checkpoints;

public sealed class HostileFolderTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";

    private readonly TempFolder _folder = new();

    public static TheoryData<string, string, string> Indexes => new()
    {
        { "empty", "", "is empty" },
        { "no JSON", "weights", "not valid JSON near byte 0" },
        { "cut off", "{\"weight_map\":{\"a\":\"one.safetensors\"", "not valid JSON" },
        { "list", "[]", "is a list" },
        { "byte order mark", "\uFEFF{}", "not valid JSON" },
        { "deep nesting", "{\"x\":" + new string('[', 5000) + new string(']', 5000) + "}", "not valid JSON" },
        { "no map", "{}", "has no weight_map" },
        { "map as a list", "{\"weight_map\":[]}", "weight_map of model.safetensors.index.json is a list" },
        { "empty map", "{\"weight_map\":{}}", "is empty" },
        { "map twice", "{\"weight_map\":{\"a\":\"one.safetensors\"},\"weight_map\":{}}", "weight_map twice" },
        { "number as a file", "{\"weight_map\":{\"a\":1}}", "puts \"a\" into a number" },
        { "object as a file", "{\"weight_map\":{\"a\":{}}}", "puts \"a\" into an object" },
        { "same tensor twice", "{\"weight_map\":{\"a\":\"one.safetensors\",\"a\":\"two.safetensors\"}}", "\"a\" twice" },
        { "metadata as a list", "{\"metadata\":[],\"weight_map\":{}}", "metadata of model.safetensors.index.json is a list" },
        { "total_size as a text", "{\"metadata\":{\"total_size\":\"16\"}}", "total_size of model.safetensors.index.json is a text" },
        { "total_size too small", Map("one.safetensors", "two.safetensors", 12), "total_size of 12 bytes, but the tensors of its files take 16" },
        { "total_size absurd", Map("one.safetensors", "two.safetensors", 1e300), "total_size of 1E+300 bytes" },
        { "total_size negative", Map("one.safetensors", "two.safetensors", -16), "total_size of -16 bytes" },
        { "missing shard", Map("one.safetensors", "three.safetensors"), "\"three.safetensors\", which is not in" },
        { "shard that lacks the tensor", Map("one.safetensors", "one.safetensors"), "puts the tensor \"b\" into one.safetensors, which does not hold it" },
        { "tensors swapped", Map("two.safetensors", "one.safetensors"), "which the index puts into" },
        { "tensor not in the index", "{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"extra.safetensors\"}}", "extra.safetensors holds the tensor \"c\", which is not in the index" },
        { "same tensor in two shards", "{\"weight_map\":{\"a\":\"one.safetensors\",\"c\":\"extra.safetensors\",\"b\":\"two.safetensors\"}}", "extra.safetensors holds the tensor \"b\", which the index puts into two.safetensors" },
        { "parent folder", Map("one.safetensors", "../two.safetensors"), "\"../two.safetensors\"" },
        { "parent of a folder", Map("one.safetensors", "a/../../two.safetensors"), "\"a/../../two.safetensors\"" },
        { "folder in the name", Map("one.safetensors", "./two.safetensors"), "\"./two.safetensors\"" },
        { "absolute path", Map("one.safetensors", "/etc/two.safetensors"), "\"/etc/two.safetensors\"" },
        { "absolute path of another kind", Map("one.safetensors", "/etc/passwd"), "\"/etc/passwd\"" },
        { "backslashes", Map("one.safetensors", "..\\\\two.safetensors"), "\"..\\two.safetensors\"" },
        { "drive", Map("one.safetensors", "c:two.safetensors"), "\"c:two.safetensors\"" },
        { "empty name", Map("one.safetensors", ""), "\"\"" },
        { "dots", Map("one.safetensors", ".."), "\"..\"" },
        { "zero character", Map("one.safetensors", "two.safetensors\\u0000.safetensors"), "two.safetensors?" },
        { "another kind of file", Map("one.safetensors", "config.json"), "\"config.json\"" },
        { "folder as a shard", Map("one.safetensors", "folder.safetensors"), "\"folder.safetensors\", which is a folder" },
        { "link out of the folder", Map("one.safetensors", "out.safetensors"), "\"out.safetensors\", which is a link that leads out of" },
        { "link to a link out of the folder", Map("one.safetensors", "chain.safetensors"), "\"chain.safetensors\", which is a link that leads out of" },
        { "link through a folder link", Map("one.safetensors", "through.safetensors"), "\"through.safetensors\", which is a link that leads out of" },
        { "link to itself", Map("one.safetensors", "loop.safetensors"), "loop.safetensors" },
        { "link to nothing", Map("one.safetensors", "dangling.safetensors"), "dangling.safetensors" },
        { "link to a device", Map("one.safetensors", "device.safetensors"), "device.safetensors" },
    };

    private string Folder => _folder["model"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Indexes))]
    public void UnsoundIndex_IsRefusedWithTheCulprit(string what, string index, string culprit)
    {
        Assert.NotEmpty(what);
        Shards();
        File.WriteAllText(Path.Combine(Folder, Index), index);

        Measured.Refuses(Folder, () => Checkpoint.Open(Folder).Dispose(), culprit);
    }

    [Fact]
    public void InvalidUtf8InTheIndex_IsRefused()
    {
        Shards();
        File.WriteAllBytes(Path.Combine(Folder, Index), [.. "{\"weight_map\":{\""u8, 0xFF, .. "\":\"one.safetensors\"}}"u8]);

        Measured.Refuses(Folder, () => Checkpoint.Open(Folder).Dispose(), Index, "UTF-8");
    }

    [Fact]
    public void BrokenShard_IsRefusedWithItsName()
    {
        Shards();
        File.WriteAllText(Path.Combine(Folder, Index), Map("one.safetensors", "two.safetensors", 16));
        File.WriteAllBytes(Path.Combine(Folder, "two.safetensors"), new byte[5]);

        Measured.Refuses(Folder, () => Checkpoint.Open(Folder).Dispose(), "two.safetensors has 5 bytes");
    }

    [Fact]
    public void MissingFolder_IsRefused() => Measured.Refuses(_folder["none"], () => Checkpoint.Open(_folder["none"]).Dispose(), "There is no folder", "none");

    [Fact]
    public void FileInsteadOfAFolder_IsRefused()
    {
        File.WriteAllBytes(_folder["file"], new byte[9]);
        Measured.Refuses(_folder["file"], () => Checkpoint.Open(_folder["file"]).Dispose(), "is a file; it should be a checkpoint folder");
    }

    [Fact]
    public void EmptyFolder_IsRefused() =>
        Measured.Refuses(_folder.Path, () => Checkpoint.Open(_folder.Path).Dispose(), "neither model.safetensors nor model.safetensors.index.json");

    [Fact]
    public void FolderInsteadOfAFile_IsRefused()
    {
        Directory.CreateDirectory(_folder["model.safetensors"]);
        Measured.Refuses(_folder.Path, () => Checkpoint.Open(_folder.Path).Dispose(), "model.safetensors is a folder");
    }

    [Fact]
    public void ZeroCharacterInTheFolder_IsRefused() => Measured.Refuses("a\0b", () => Checkpoint.Open("a\0b").Dispose(), "a?b");

    [Fact]
    public void LinkToADevice_IsRefusedWithoutReading()
    {
        File.CreateSymbolicLink(_folder["model.safetensors"], "/dev/zero");
        Measured.Refuses(_folder.Path, () => Checkpoint.Open(_folder.Path).Dispose(), "model.safetensors is empty");
    }

    [Fact]
    public void Pipe_IsRefusedWithoutWaiting()
    {
        using var make = System.Diagnostics.Process.Start("mkfifo", _folder["model.safetensors"]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);

        Measured.Refuses(_folder.Path, () => Checkpoint.Open(_folder.Path).Dispose(), "model.safetensors is empty");
    }

    [Fact]
    public void LinkWithinTheFolder_IsFollowed()
    {
        Shards();
        File.CreateSymbolicLink(Path.Combine(Folder, "link.safetensors"), "two.safetensors");
        File.WriteAllText(Path.Combine(Folder, Index), Map("one.safetensors", "link.safetensors", 16));

        using var checkpoint = Checkpoint.Open(Folder);

        Assert.Equal(["a", "b"], checkpoint.Tensors.Select(t => t.Name));
    }

    [Fact]
    public void LinkedFolder_IsFollowed()
    {
        Shards();
        File.WriteAllText(Path.Combine(Folder, Index), Map("one.safetensors", "two.safetensors", 16));
        Directory.CreateSymbolicLink(_folder["other"], Folder);

        using var checkpoint = Checkpoint.Open(_folder["other"]);

        Assert.Equal(2, checkpoint.Tensors.Count);
    }

    [Fact]
    public void DownloadCacheOfTheHub_IsFollowed()
    {
        Shards();
        var snapshot = _folder["cache/snapshots/0123"];
        Directory.CreateDirectory(snapshot);
        Directory.CreateDirectory(_folder["cache/blobs"]);
        foreach (var name in new[] { "one.safetensors", "two.safetensors" })
        {
            File.Move(Path.Combine(Folder, name), Path.Combine(_folder["cache/blobs"], name[..3]));
            File.CreateSymbolicLink(Path.Combine(snapshot, name), $"../../blobs/{name[..3]}");
        }

        File.WriteAllText(Path.Combine(snapshot, Index), Map("one.safetensors", "two.safetensors", 16));

        using var checkpoint = Checkpoint.Open(snapshot);

        Assert.Equal(2, checkpoint.Tensors.Count);
    }

    private static string Map(string fileOfA, string fileOfB, double? total = null) =>
        FormattableString.Invariant($"{{\"metadata\":{{{(total is { } t ? FormattableString.Invariant($"\"total_size\":{t:R}") : "")}}},\"weight_map\":{{\"a\":\"{fileOfA}\",\"b\":\"{fileOfB}\"}}}}");

    private void Shards()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllBytes(Path.Combine(Folder, "one.safetensors"), Crafted.Vectors(2, "a"));
        File.WriteAllBytes(Path.Combine(Folder, "two.safetensors"), Crafted.Vectors(2, "b"));
        File.WriteAllBytes(Path.Combine(Folder, "extra.safetensors"), Crafted.Vectors(2, "b", "c"));
        File.WriteAllBytes(_folder["two.safetensors"], Crafted.Vectors(2, "b"));
        Directory.CreateDirectory(Path.Combine(Folder, "folder.safetensors"));
        File.CreateSymbolicLink(Path.Combine(Folder, "out.safetensors"), "../two.safetensors");
        File.CreateSymbolicLink(Path.Combine(Folder, "chain.safetensors"), "out.safetensors");
        Directory.CreateSymbolicLink(Path.Combine(Folder, "outside"), _folder.Path);
        File.CreateSymbolicLink(Path.Combine(Folder, "through.safetensors"), "outside/two.safetensors");
        File.CreateSymbolicLink(Path.Combine(Folder, "loop.safetensors"), "loop.safetensors");
        File.CreateSymbolicLink(Path.Combine(Folder, "dangling.safetensors"), "nothing.safetensors");
        File.CreateSymbolicLink(Path.Combine(Folder, "device.safetensors"), "/dev/zero");
    }
}
