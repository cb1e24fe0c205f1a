using System.IO.Compression;
using RobustVlm.Data.Sets;
using RobustVlm.Engine;
using RobustVlm.Tests.Data.Sets;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Fuzz;

/// <summary>
/// Damaged files never do more than raise one understandable error, and never make the readers allocate much more than the file holds:
/// bytes are changed, inserted, removed, repeated and cut off, and numbers are replaced by extreme ones.
/// </summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private const int Quick = 1_000;
    private const int Long = 100_000;
    private const long Allowance = 1 << 19;   // what reading any file costs: buffers, messages, stack traces

    private static readonly long[] s_extremes = [0, 1, -1, 127, 128, 255, 256, short.MaxValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue, 1L << 40];

    private readonly string _folder = Directory.CreateTempSubdirectory("robustvlm-fuzz-").FullName;

    public static TheoryData<string> Formats => ["safetensors", "npz", "npz stored", "pt", "pt old", "csv"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Formats))]
    public void Damaged_files_are_refused_in_words(string format) => Run(format, Quick, seed: 1);

    [Theory, MemberData(nameof(Formats))]
    [Trait("Category", "Slow")]
    public void Many_damaged_files_are_refused_in_words(string format) => Run(format, Long, seed: 2);

    [Theory, MemberData(nameof(Formats))]
    public void The_whole_file_is_read(string format)
    {
        var path = Path.Combine(_folder, "whole");
        File.WriteAllBytes(path, Sample(format));

        Read(format, path);
    }

    [Theory]
    [InlineData("(700000000, 3)", "ends after 5")]
    [InlineData("(99999999999, 99999999999)", "impossibly large")]
    public void An_array_that_claims_more_than_is_there_costs_nothing(string shape, string part)
    {
        var header = $"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        byte[] bytes = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header), 1, 2, 3, 4, 5];
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.Throws<InvalidDataException>(() => NpyArray.Read(new MemoryStream(bytes), "The array x"));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Allowance);
    }

    [Fact]
    public void An_array_above_the_limit_goes_into_a_file_without_a_name_and_gives_the_same_numbers()
    {
        const int count = 3_000_001;   // three pieces
        var header = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count},), }}".PadRight(117) + "\n";
        byte[] values = [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7 / 5))];
        byte[] bytes = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header), .. values];

        var array = NpyArray.Read(new MemoryStream(bytes), "The array x", mostInMemory: 2_000_000);

        var copy = new byte[count - 5];
        array.CopyTo(5, copy);
        Assert.Equal(values[5..], copy);
        Assert.Equal(values[^1], array[count - 1]);
        Assert.True(array.IsOnDisk);
        Assert.False(NpyArray.Read(new MemoryStream(bytes), "The array x").IsOnDisk);
    }

    private void Run(string format, int count, int seed)
    {
        var original = Sample(format);
        var random = new Random(seed);
        var path = Path.Combine(_folder, "damaged");
        for (var i = 0; i < count; i++)
        {
            var bytes = Mutate(original, random);
            File.WriteAllBytes(path, bytes);
            MemoryInfo.ResetPeak();
            var tensorsBefore = MemoryInfo.Now().TensorBytes ?? 0;
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Read(format, path);
            }
            catch (InvalidDataException e)
            {
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                var kept = Path.Combine(Path.GetTempPath(), $"robustvlm-fuzz-{format.Replace(' ', '-')}-{seed}-{i}");
                File.WriteAllBytes(kept, bytes);
                throw new InvalidOperationException($"Mutation {i} of {format}, kept as {kept}, gave {e.GetType().Name}: {e.Message}", e);
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before + (MemoryInfo.Now().PeakTensorBytes ?? 0) - tensorsBefore;
            Assert.True(allocated <= (10L * bytes.Length) + Allowance, $"Mutation {i} of {format} with {bytes.Length} bytes allocated {allocated}.");
        }
    }

    private static void Read(string format, string path)
    {
        switch (format)
        {
            case "safetensors":
                using (var file = SafetensorsFile.Open(path))
                {
                    foreach (var tensor in file.LoadAll().Values)
                    {
                        tensor.Dispose();
                    }
                }

                break;
            case "pt" or "pt old":
                foreach (var tensor in PyTorchFile.Read(path).Values)
                {
                    tensor.Dispose();
                }

                break;
            case "csv":
                var table = CsvTable.Read(path, ["image", "label"]);
                for (var row = 0; row < table.Count; row++)
                {
                    _ = table[row, "text"];
                }

                break;
            default:
                _ = NpzFile.Read(path, "images").Count;
                _ = NpzFile.Read(path, "labels").Count;
                break;
        }
    }

    private byte[] Sample(string format)
    {
        var path = Path.Combine(_folder, "sample");
        switch (format)
        {
            case "safetensors":
                using (var scope = NewDisposeScope())
                {
                    Safetensors.Write(path, new Dictionary<string, Tensor> { ["weight"] = rand([30, 40], generator: new Generator(1)), ["bias"] = arange(40), ["half"] = zeros([7], dtype: ScalarType.Float16) });
                }

                break;
            case "pt" or "pt old":
                return Convert.FromBase64String(FuzzSamples.PyTorch[format]);
            case "csv":
                File.WriteAllText(path, "image,label,text,patient\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"images/{i:0000}.png,class {i % 3},\"Frontal view, \"\"portable\"\", no. {i}\",p{i / 2}\n")));
                break;
            default:
                SampleFiles.Npz(path, format == "npz" ? CompressionLevel.Optimal : CompressionLevel.NoCompression, ("images", [5, 12, 12, 3], SampleSets.Noise(2160, 7)), ("labels", [5, 1], [0, 1, 0, 1, 1]));
                break;
        }

        return File.ReadAllBytes(path);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 6); changes > 0 && bytes.Count > 0; changes--)
        {
            // Headers are small; half of the changes go there.
            var at = random.Next(2) == 0 ? random.Next(bytes.Count) : random.Next(Math.Min(bytes.Count, 300));
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                case 5:
                    var number = BitConverter.GetBytes(s_extremes[random.Next(s_extremes.Length)]);
                    for (var k = 0; k < 1 << random.Next(4) && at + k < bytes.Count; k++)
                    {
                        bytes[at + k] = number[k];
                    }

                    break;
                case 6:
                    // Sizes written as text become huge.
                    var digit = bytes.FindIndex(at, value => value is >= (byte)'0' and <= (byte)'9');
                    if (digit >= 0)
                    {
                        bytes.InsertRange(digit, Enumerable.Repeat((byte)'9', random.Next(1, 12)));
                    }

                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
