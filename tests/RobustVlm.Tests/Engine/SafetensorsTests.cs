using System.Buffers.Binary;
using System.Text;
using RobustVlm.Engine;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Engine;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("safetensors-tests-").FullName;

    private string FilePath => Path.Combine(_folder, "some.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<torch.ScalarType> Types =>
    [
        torch.ScalarType.Float32, torch.ScalarType.Float16, torch.ScalarType.BFloat16, torch.ScalarType.Float64,
        torch.ScalarType.Int64, torch.ScalarType.Int32, torch.ScalarType.Int16, torch.ScalarType.Int8,
        torch.ScalarType.Byte, torch.ScalarType.Bool,
    ];

    [Theory, MemberData(nameof(Types))]
    public void Every_type_comes_back_bit_for_bit(torch.ScalarType type)
    {
        using var scope = torch.NewDisposeScope();
        var matrix = (torch.rand([3, 5], generator: new torch.Generator(1)) * 90).to(type);
        var tensors = new Dictionary<string, torch.Tensor>
        {
            ["matrix"] = matrix,
            ["transposed"] = matrix.t(),   // not contiguous
            ["number"] = matrix[1, 1],
            ["empty"] = torch.zeros([0, 4], dtype: type),
        };

        Safetensors.Write(FilePath, tensors);
        var (read, metadata) = Safetensors.Read(FilePath);

        Assert.Empty(metadata);
        Assert.Equal(tensors.Keys.Order(), read.Keys.Order());
        Assert.All(tensors, pair =>
        {
            Assert.Equal(pair.Value.shape, read[pair.Key].shape);
            Assert.Equal(type, read[pair.Key].dtype);
            Assert.True(pair.Value.SameAs(read[pair.Key]));
        });
    }

    [Fact]
    public void Metadata_comes_back()
    {
        using var tensor = torch.ones(2);
        var metadata = new Dictionary<string, string> { ["z"] = "last", ["a"] = "quote \" line\nend ü 肺", ["empty"] = "" };

        Safetensors.Write(FilePath, new Dictionary<string, torch.Tensor> { ["x"] = tensor }, metadata);

        Assert.Equal(metadata, Safetensors.Read(FilePath).Metadata.ToDictionary());
    }

    [Fact]
    public void Layout_is_the_published_one()
    {
        // Wider types first, then by name; the header is padded with spaces to a multiple of eight.
        using var scope = torch.NewDisposeScope();
        var tensors = new Dictionary<string, torch.Tensor>
        {
            ["b"] = torch.tensor(new[] { 1f, 2f }),
            ["a"] = torch.tensor(new[] { 3f }),
            ["z"] = torch.tensor(new long[] { 258 }),
        };
        var header = """{"__metadata__":{"format":"pt"},"z":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"""
            + """ "a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}""".Trim();
        var padded = header.PadRight((header.Length + 7) / 8 * 8);

        Safetensors.Write(FilePath, tensors, new Dictionary<string, string> { ["format"] = "pt" });

        var bytes = File.ReadAllBytes(FilePath);
        Assert.Equal(padded.Length, BinaryPrimitives.ReadInt64LittleEndian(bytes));
        Assert.Equal(padded, Encoding.UTF8.GetString(bytes, 8, padded.Length));
        byte[] numbers = [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40];
        Assert.Equal(numbers, bytes[(8 + padded.Length)..]);
    }

    [Fact]
    public void Reads_a_file_made_by_hand()
    {
        WriteFile("""{"w":{"shape":[2],"data_offsets":[0,4],"dtype":"I16"}}""", [1, 0, 255, 255]);

        using var file = SafetensorsFile.Open(FilePath);
        using var tensor = file.Load("w");

        Assert.Equal([1, -1], tensor.Values<short>());
        Assert.Equal(new long[] { 2 }, file.Entries["w"].Shape);
    }

    [Fact]
    public void A_missing_name_is_told_with_those_that_exist()
    {
        WriteFile("""{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", [1]);
        using var file = SafetensorsFile.Open(FilePath);

        var error = Assert.Throws<KeyNotFoundException>(() => file.Load("v"));

        Assert.Contains("'v'; it has w.", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, int> BrokenHeaders => new()
    {
        { "", "not valid JSON", 0 },
        { "[1]", "not a JSON object", 0 },
        { "{\"w\":1}", "'w' is incomplete", 0 },
        { "{\"w\":{\"dtype\":\"F32\",\"shape\":[1]}}", "'w' is incomplete", 4 },
        { "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", "'w' is incomplete", 4 },
        { "{\"w\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "'w' is incomplete", 4 },
        { "{\"w\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", "'w' is incomplete", 4 },
        { "{\"w\":{\"dtype\":\"F8\",\"shape\":[1],\"data_offsets\":[0,4]}}", "element type 'F8'", 4 },
        { "{\"w\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,4]}}", "needs 8 bytes", 4 },
        { "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", "its place is 4 to 0", 4 },
        { "{\"w\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}", "impossibly large", 4 },
        { "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "4 follow the header", 4 },
        { "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "8 follow the header", 8 },
        { "{\"w\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"v\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", "overlaps", 3 },
        { "{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"v\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,3]}}", "gap", 3 },
        { "{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", "occurs twice", 1 },
        { "{\"__metadata__\":{\"a\":1}}", "metadata 'a' is not a text", 0 },
        { "{\"__metadata__\":[]}", "metadata is not", 0 },
        { "{\"\\ud800\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", "not valid JSON", 0 },
    };

    [Theory, MemberData(nameof(BrokenHeaders))]
    public void A_broken_header_is_one_clear_sentence(string header, string part, int dataBytes)
    {
        WriteFile(header, new byte[dataBytes]);

        AssertBroken(part);
    }

    [Fact]
    public void A_header_longer_than_the_file_is_refused()
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, 1000);
        File.WriteAllBytes(FilePath, bytes);

        AssertBroken("1000 bytes");
    }

    [Theory, InlineData(ulong.MaxValue), InlineData(0x4141414141414141UL)]
    public void Another_kind_of_file_is_refused(ulong prefix)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, prefix);
        File.WriteAllBytes(FilePath, bytes);

        AssertBroken("another kind of file");
    }

    [Theory, InlineData(0), InlineData(7)]
    public void A_file_too_short_for_anything_is_refused(int length)
    {
        File.WriteAllBytes(FilePath, new byte[length]);

        AssertBroken($"only {length} bytes");
    }

    [Fact]
    public void A_folder_is_refused()
    {
        Directory.CreateDirectory(FilePath);

        AssertBroken("folder");
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<FileNotFoundException>(() => Safetensors.Read(FilePath));

        Assert.Contains(FilePath, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_noticed()
    {
        using var tensor = torch.arange(10);
        Safetensors.Write(FilePath, new Dictionary<string, torch.Tensor> { ["x"] = tensor });
        var whole = File.ReadAllBytes(FilePath);

        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            Assert.Throws<InvalidDataException>(() => Safetensors.Read(FilePath));
        }
    }

    [Fact]
    public void Random_damage_never_throws_anything_else()
    {
        using var tensor = torch.arange(10);
        Safetensors.Write(FilePath, new Dictionary<string, torch.Tensor> { ["x"] = tensor, ["y"] = tensor },
            new Dictionary<string, string> { ["a"] = "b" });
        var whole = File.ReadAllBytes(FilePath);
        var headerEnd = whole.Length - 160;
        var random = new Random(1);
        var noticed = 0;

        for (var round = 0; round < 2000; round++)
        {
            var damaged = (byte[])whole.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                damaged[random.Next(headerEnd)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(FilePath, damaged);
            try
            {
                foreach (var read in Safetensors.Read(FilePath).Tensors.Values)
                {
                    read.Dispose();
                }
            }
            catch (InvalidDataException error)
            {
                noticed++;
                Assert.StartsWith(FilePath, error.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(noticed, 1000, 2000);   // the rest hit names or metadata, or wrote the same byte again
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_no_other()
    {
        using var tensor = torch.ones(3);
        Safetensors.Write(FilePath, new Dictionary<string, torch.Tensor> { ["x"] = tensor });
        using var freed = torch.ones(3);
        freed.Dispose();

        Assert.ThrowsAny<Exception>(
            () => Safetensors.Write(FilePath, new Dictionary<string, torch.Tensor> { ["y"] = freed }));

        Assert.Equal(["x"], Safetensors.Read(FilePath).Tensors.Keys);
        Assert.Equal([FilePath], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Names_and_types_that_cannot_be_stored_are_refused()
    {
        using var tensor = torch.ones(3);
        using var complex = torch.zeros([2], dtype: torch.ScalarType.ComplexFloat32);

        Assert.Throws<ArgumentException>(() => Safetensors.Write(FilePath, new Dictionary<string, torch.Tensor> { [""] = tensor }));
        Assert.Throws<ArgumentException>(() => Safetensors.Write(FilePath, new Dictionary<string, torch.Tensor> { ["__metadata__"] = tensor }));
        Assert.Throws<ArgumentException>(() => Safetensors.Write(FilePath, new Dictionary<string, torch.Tensor> { ["c"] = complex }));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    private void AssertBroken(string part)
    {
        var error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(FilePath));

        Assert.StartsWith(FilePath, error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private void WriteFile(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, text.Length);
        File.WriteAllBytes(FilePath, [.. prefix, .. text, .. data]);
    }
}
