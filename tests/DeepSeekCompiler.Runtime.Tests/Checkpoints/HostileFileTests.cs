using System.Text;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Runtime.Tests.Checkpoints;

public class HostileFileTests
{
    private const string File0 = "model.safetensors";

    public static TheoryData<string, ulong, int, string> Lengths => new()
    {
        { "zero", 0, 64, "length of 0 bytes" },
        { "one", 1, 64, "length of 1 bytes" },
        { "one more than there is", 65, 64, "only 64 bytes follow" },
        { "one GiB", 1 << 30, 64, "1073741824" },
        { "negative as a signed number", ulong.MaxValue, 64, "18446744073709551615" },
        { "the smallest signed number", 1ul << 63, 64, "9223372036854775808" },
        { "wraps around when 8 is added", ulong.MaxValue - 7, 64, "18446744073709551608" },
    };

    public static TheoryData<string, string, int, string> Headers => new()
    {
        { "not JSON", "hello world", 0, "not valid JSON near byte 8" },
        { "cut off", "{\"a\":{\"dtype\":\"F32\"", 0, "not valid JSON" },
        { "list", "[]", 0, "is a list" },
        { "number", "12", 0, "is a number" },
        { "null", "null", 0, "is null" },
        { "white space", "    ", 0, "not valid JSON" },
        { "zero bytes", "{}\0\0", 0, "not valid JSON" },
        { "text behind the object", "{} x", 0, "not valid JSON" },
        { "second object", "{}{}", 0, "not valid JSON" },
        { "byte order mark", "\uFEFF{}", 0, "not valid JSON near byte 8" },
        { "comment", "{/**/}", 0, "not valid JSON" },
        { "deep nesting", "{\"a\":" + new string('[', 5000) + new string(']', 5000) + "}", 0, "\"a\" is described by a list" },
        { "deep nesting in a shape", "{\"a\":{\"shape\":" + new string('[', 5000) + new string(']', 5000) + "}}", 0, "\"a\" has a list in its shape" },
        { "half a surrogate pair as a name", "{\"\\ud800\":1}", 0, "not valid JSON" },
        { "tensor as a number", "{\"a\":1}", 0, "\"a\" is described by a number" },
        { "tensor as null", "{\"a\":null}", 0, "\"a\" is described by null" },
        { "metadata as a list", "{\"__metadata__\":[]}", 0, "__metadata__ of model.safetensors is a list" },
        { "metadata with a number", "{\"__metadata__\":{\"format\":1}}", 0, "__metadata__ of model.safetensors holds a number" },
        { "metadata twice", "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "__metadata__ twice" },
        { "same name twice", $"{{{Entry("a", "U8", "[1]", 0, 1)},{Entry("a", "U8", "[1]", 1, 2)}}}", 2, "\"a\" twice" },
        { "same name twice, once escaped", $"{{{Entry("a", "U8", "[1]", 0, 1)},{Entry("\\u0061", "U8", "[1]", 1, 2)}}}", 2, "\"a\" twice" },
        { "empty object as a tensor", "{\"a\":{}}", 0, "\"a\" has no dtype" },
        { "no dtype", "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "\"a\" has no dtype" },
        { "no shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "\"a\" has no shape" },
        { "no offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "\"a\" has no data_offsets" },
        { "dtype twice", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 4, "\"a\" has dtype twice" },
        { "shape twice", "{\"a\":{\"shape\":[1],\"shape\":[1]}}", 4, "\"a\" has shape twice" },
        { "unknown key", "{\"a\":{\"strides\":[1]}}", 4, "\"a\" has the unknown key \"strides\"" },
        { "unknown dtype", $"{{{Entry("a", "F31", "[1]", 0, 4)}}}", 4, "\"a\" has the dtype \"F31\"" },
        { "dtype in lower case", $"{{{Entry("a", "f32", "[1]", 0, 4)}}}", 4, "\"a\" has the dtype \"f32\"" },
        { "long dtype", $"{{{Entry("a", new string('F', 100000), "[1]", 0, 4)}}}", 4, "\"a\" has the dtype" },
        { "dtype as a number", "{\"a\":{\"dtype\":32}}", 4, "\"a\" has a number as its dtype" },
        { "shape as a number", $"{{{Entry("a", "F32", "1", 0, 4)}}}", 4, "\"a\" has a number as its shape" },
        { "negative extent", $"{{{Entry("a", "F32", "[-1]", 0, 4)}}}", 4, "\"a\" has -1 in its shape" },
        { "two negative extents", $"{{{Entry("a", "F32", "[-1,-1]", 0, 4)}}}", 4, "\"a\" has -1 in its shape" },
        { "fractional extent", $"{{{Entry("a", "F32", "[1.5]", 0, 4)}}}", 4, "\"a\" has 1.5 in its shape" },
        { "extent with an exponent", $"{{{Entry("a", "F32", "[1e400]", 0, 4)}}}", 4, "\"a\" has 1e400 in its shape" },
        { "text as an extent", $"{{{Entry("a", "F32", "[\"1\"]", 0, 4)}}}", 4, "\"a\" has a text in its shape" },
        { "extent beyond 64 bits", $"{{{Entry("a", "F32", "[18446744073709551617]", 0, 4)}}}", 4, "\"a\" has 18446744073709551617 in its shape" },
        { "product beyond 64 bits", $"{{{Entry("a", "F32", "[4294967296,4294967296]", 0, 0)}}}", 0, "\"a\" has the shape [4294967296, 4294967296]" },
        { "product that wraps to the right size", $"{{{Entry("a", "F32", "[4611686018427387905]", 0, 4)}}}", 4, "\"a\" has the shape [4611686018427387905]" },
        { "product beyond 64 bits with a zero behind", $"{{{Entry("a", "F32", "[9223372036854775807,9223372036854775807,0]", 0, 0)}}}", 0, "\"a\" has the shape" },
        { "too many extents", $"{{{Entry("a", "F32", "[1,1,1,1,1,1,1,1,1]", 0, 4)}}}", 4, "\"a\" has more than 8 numbers in its shape" },
        { "shape and bytes differ", $"{{{Entry("a", "F32", "[2,3]", 0, 20)}}}", 20, "\"a\" takes 24 bytes as F32 [2, 3], but its data_offsets [0, 20] cover 20" },
        { "one offset", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}", 1, "\"a\" has 1 data_offsets" },
        { "three offsets", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]}}", 1, "\"a\" has more than 2 numbers in its data_offsets" },
        { "negative offset", $"{{{Entry("a", "U8", "[2]", -1, 1)}}}", 1, "\"a\" has -1 in its data_offsets" },
        { "reversed offsets", $"{{{Entry("a", "U8", "[1]", 2, 1)}}}", 2, "\"a\" has reversed data_offsets" },
        { "offsets that overlap", $"{{{Entry("a", "U8", "[2]", 0, 2)},{Entry("b", "U8", "[2]", 1, 3)}}}", 3, "\"b\" begins at byte 1 of the data and overlaps \"a\"" },
        { "the same place twice", $"{{{Entry("a", "U8", "[2]", 0, 2)},{Entry("b", "U8", "[2]", 0, 2)}}}", 2, "\"b\" begins at byte 0 of the data and overlaps \"a\"" },
        { "gap", $"{{{Entry("a", "U8", "[1]", 0, 1)},{Entry("b", "U8", "[1]", 2, 3)}}}", 3, "\"b\" begins at byte 2 of the data, 1 bytes behind" },
        { "gap at the start", $"{{{Entry("a", "U8", "[1]", 1, 2)}}}", 2, "\"a\" begins at byte 1" },
        { "empty tensor far away", $"{{{Entry("a", "U8", "[0]", 7, 7)}}}", 8, "\"a\" begins at byte 7" },
        { "beyond the file", $"{{{Entry("a", "U8", "[100]", 0, 100)}}}", 99, "\"a\" ends at byte 100 of the data, but the file holds 99" },
        { "far beyond the file", $"{{{Entry("a", "U8", "[9223372036854775807]", 0, long.MaxValue)}}}", 9, "\"a\" ends at byte 9223372036854775807" },
        { "bytes behind the last tensor", $"{{{Entry("a", "U8", "[1]", 0, 1)}}}", 9, "holds 9 bytes of data, but its tensors take 1" },
        { "data without tensors", "{}", 9, "holds 9 bytes of data, but its tensors take 0" },
        { "control characters in a name", "{\"a\\u001b[2J\\nb\":1}", 0, "\"a?[2J?b\" is described by a number" },
        { "long name", "{\"" + new string('n', 100000) + "\":1}", 0, "nnn\"..." },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void UnsoundHeader_IsRefusedWithTheCulprit(string what, string header, int dataBytes, string culprit)
    {
        Assert.NotEmpty(what);
        RefusesFile(Crafted.File(header, dataBytes), culprit);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void LyingHeaderLength_IsRefused(string what, ulong length, int rest, string culprit)
    {
        Assert.NotEmpty(what);
        RefusesFile(Crafted.File(length, new byte[rest], 0), File0, culprit);
    }

    [Theory]
    [InlineData(0, "is empty")]
    [InlineData(1, "has 1 bytes")]
    [InlineData(7, "has 7 bytes")]
    [InlineData(8, "only 0 bytes follow")]
    [InlineData(20, "bytes follow")]
    [InlineData(-1, "may be truncated")]
    public void TruncatedFile_IsRefused(int kept, string culprit)
    {
        var whole = Crafted.Vectors(16, "a", "b");
        RefusesFile(whole[..(kept < 0 ? whole.Length + kept : kept)], File0, culprit);
    }

    [Fact]
    public void InvalidUtf8Name_IsRefused() => RefusesFile(Crafted.File([.. "{\""u8, 0xC3, 0x28, .. "\":1}"u8], 0), "not valid UTF-8");

    [Fact]
    public void HeaderLongerThanTheFormatAllows_IsRefusedUnread()
    {
        using var folder = new TempFolder();
        var path = folder[File0];
        using (var file = File.Create(path))
        {
            file.Write(BitConverter.GetBytes(200_000_000L));
            file.SetLength(200_000_008);
        }

        Measured.Refuses(path, () => SafetensorsFile.Open(path).Dispose(), File0, "200000000");
    }

    [Fact]
    public void HugeNumberOfEmptyTensors_TakesNoMoreMemoryThanPromised()
    {
        var header = new StringBuilder("{");
        for (var i = 0; i < 300_000; i++)
        {
            header.Append(i == 0 ? string.Empty : ",").Append(Entry(i.ToString("x"), "U8", "[0]", 0, 0));
        }

        RefusesFile(Crafted.File(header.Append('}').ToString(), 0), File0, "too many tensors");
    }

    [Fact]
    public void FileOfEmptyTensors_IsSound()
    {
        using var folder = new TempFolder();
        var header = "{" + string.Join(",", Enumerable.Range(0, 1000).Select(i => Entry("t" + i, "F32", "[0,7]", 0, 0))) + "}";
        File.WriteAllBytes(folder[File0], Crafted.File(header, 0));

        using var file = SafetensorsFile.Open(folder[File0]);

        Assert.Equal(1000, file.Tensors.Count);
        Assert.True(file["t999"].AsSpan<float>().IsEmpty);
    }

    [Fact]
    public void FilesOfManyTensors_AreSoundWhenTheirSizeAllows()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder[File0], Crafted.Vectors(1, [.. Enumerable.Range(0, 50_000).Select(i => "t" + i)]));
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var file = SafetensorsFile.Open(folder[File0]);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, file.Length + (64L << 20));
        Assert.Equal(50_000, file.Tensors.Count);
    }

    private static void RefusesFile(byte[] bytes, params string[] culprits)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder[File0], bytes);
        Measured.Refuses(folder.Path, () => Checkpoint.Open(folder.Path).Dispose(), culprits);
    }

    private static string Entry(string name, string dtype, string shape, long begin, long end) => Crafted.Entry(name, dtype, shape, begin, end);
}
