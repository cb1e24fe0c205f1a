using System.Text;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary>Modules and tensors in files of TorchSharp's layout.</summary>
public sealed class SaveFormatTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_saved_model_loads_into_another()
    {
        using var scope = NewDisposeScope();
        using var source = new SmallModel();
        using var target = new SmallModel();
        source.Norm.running_mean!.fill_(3);
        source.Norm.num_batches_tracked!.fill_(70000);
        var loaded = new Dictionary<string, bool>();

        Assert.Same(source, source.save(_file));
        Assert.Same(target, target.load(_file, loadedParameters: loaded));

        Assert.Equal(source.state_dict().Keys, loaded.Keys);
        Assert.All(loaded.Values, Assert.True);
        Assert.All(source.state_dict(), entry => Assert.True(entry.Value.IsSameAs(target.state_dict()[entry.Key])));
        Assert.True(target.First.weight.requires_grad);
        Assert.Equal([Path.GetFileName(_file)], Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*").Select(Path.GetFileName));
    }

    [Fact]
    public void The_bytes_are_those_of_TorchSharp()
    {
        using var layer = nn.Linear(new Parameter(tensor(new[,] { { 1f, 2f } })), new Parameter(tensor([0.5f])));
        using var stream = new MemoryStream();

        layer.save(new BinaryWriter(stream));

        byte[] expected =
        [
            2, // entries
            6, .. Encoding.UTF8.GetBytes("weight"), 6, 2, 1, 2, .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), // Float32, [1, 2]
            4, .. Encoding.UTF8.GetBytes("bias"), 6, 1, 1, .. BitConverter.GetBytes(0.5f),
        ];
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void Sizes_above_127_take_two_bytes_and_types_are_kept()
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64, ScalarType.Int64, ScalarType.Byte, ScalarType.Bool })
        {
            var x = (arange(300) % 2).to(type).view(150, 2).transpose(0, 1);
            x.Save(_file);

            var bytes = File.ReadAllBytes(_file);
            var y = Tensor.Load(_file);

            Assert.Equal([(byte)type, 2, 2, 150 & 127 | 128, 1], bytes[..5]);
            Assert.Equal(5 + (300 * x.ElementSize), bytes.Length);
            Assert.Equal(type, y.dtype);
            Assert.True(x.IsSameAs(y));
        }
    }

    [Fact]
    public void Skipped_keys_stay_out_of_the_file_and_of_the_model()
    {
        using var scope = NewDisposeScope();
        using var source = nn.Linear(2, 2);
        using var target = nn.Linear(2, 2);
        var weight = target.weight.detach().clone();
        source.save(_file, skip: ["bias"]);
        Assert.Contains("missing keys: bias", Assert.Throws<InvalidOperationException>(() => target.load(_file)).Message, StringComparison.Ordinal);
        Assert.Contains(_file, Assert.Throws<InvalidOperationException>(() => target.load(_file)).Message, StringComparison.Ordinal);
        Assert.True(weight.IsSameAs(target.weight));

        var loaded = new Dictionary<string, bool>();
        target.load(_file, strict: false, skip: ["weight"], loadedParameters: loaded);

        Assert.True(weight.IsSameAs(target.weight));
        Assert.Equal(["weight"], loaded.Keys);
    }

    [Fact]
    public void Truncated_and_foreign_files_are_refused_by_name_and_nothing_is_loaded()
    {
        using var scope = NewDisposeScope();
        using var source = new SmallModel();
        source.save(_file);
        var bytes = File.ReadAllBytes(_file);
        using var target = new SmallModel();
        var before = target.First.weight.detach().clone();
        var alive = Runtime.LiveTensors;

        foreach (var broken in new[] { [], bytes[..1], bytes[..20], bytes[..^1], [1, 1, (byte)'a', 99, 1, 1], [1, 1, (byte)'a', 6, 120], [1, 1, (byte)'a', 6, 1, 255, 255, 255, 255, 255, 255, 127], Encoding.UTF8.GetBytes("PK this is something else entirely") })
        {
            File.WriteAllBytes(_file, broken);
            var error = Assert.Throws<InvalidDataException>(() => target.load(_file));
            Assert.StartsWith(_file, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }

        Assert.True(before.IsSameAs(target.First.weight));
        Assert.Equal(alive, Runtime.LiveTensors);
        Assert.Throws<FileNotFoundException>(() => target.load("missing.dat"));
        Assert.Contains("missing.dat", Assert.Throws<FileNotFoundException>(() => torch.load("missing.dat")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_save_leaves_the_old_file_as_it_was()
    {
        using var model = nn.Linear(2, 2);
        model.save(_file);
        var before = File.ReadAllBytes(_file);
        model.weight.Dispose();

        Assert.ThrowsAny<Exception>(() => model.save(_file));

        Assert.Equal(before, File.ReadAllBytes(_file));
        Assert.Single(Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*"));
    }

    [Fact]
    public void Folders_that_are_missing_or_given_for_files_are_named()
    {
        using var model = nn.Linear(1, 1);
        var folder = Path.GetTempPath();

        Assert.Contains("make it first", Assert.Throws<DirectoryNotFoundException>(() => model.save(Path.Combine(_file, "m.dat"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<FileNotFoundException>(() => model.load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_makes_a_model_with_the_weights_of_a_file()
    {
        using var source = new SmallModel();
        source.save(_file);

        using var copy = (SmallModel)nn.Module.Create<SmallModel>(_file);

        Assert.True(source.First.weight.IsSameAs(copy.First.weight));
    }

    [Fact]
    public void Streams_work_like_files()
    {
        using var source = new SmallModel();
        using var target = new SmallModel();
        var stream = new MemoryStream();
        source.save(stream);

        target.load(new MemoryStream(stream.ToArray()));

        Assert.True(source.First.weight.IsSameAs(target.First.weight));
    }

    [Fact]
    public void A_tensor_is_filled_from_a_reader_or_read_over()
    {
        using var scope = NewDisposeScope();
        var stream = new MemoryStream();
        var writer = new BinaryWriter(stream);
        ones(2, 3).Save(writer);
        (ones(2, 3) * 2).Save(writer);
        stream.Position = 0;
        var reader = new BinaryReader(stream);
        var x = zeros(2, 3);

        x.Load(reader, skip: true);
        Assert.Equal(0, x.sum().ToSingle());
        x.Load(reader);

        Assert.Equal(12, x.sum().ToSingle());
        stream.Position = 0;
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentException>(() => zeros(3).Load(reader)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_goes_through_libtorchs_archive()
    {
        using var scope = NewDisposeScope();
        var x = randn([3, 5], ScalarType.Float64);

        torch.save(x, _file);
        var y = torch.load(_file);

        Assert.True(x.IsSameAs(y));
        Assert.Equal((byte)'P', File.ReadAllBytes(_file)[0]);
        File.WriteAllText(_file, "not an archive");
        var error = Assert.Throws<InvalidDataException>(() => torch.load(_file));
        Assert.StartsWith(_file, error.Message, StringComparison.Ordinal);
    }
}
