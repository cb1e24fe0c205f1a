using System.Text.Json;
using RobustVlm.Engine;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Engine;

/// <summary>
/// Files of PyTorch's torch.save, kept in <c>pytorch-files-reference.json</c> as base64. They were written by PyTorch 1.13.1 in both
/// layouts: tensors of every type made of counting numbers, a transposed part of a shared storage, weights wrapped as training
/// scripts wrap them, and objects whose loading would run a command.
/// </summary>
public sealed class PyTorchFileTests : IDisposable
{
    private static readonly Dictionary<string, string> s_files = JsonSerializer.Deserialize<Dictionary<string, string>>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Engine", "pytorch-files-reference.json")))!;   // the file holds an object

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("zip")]
    [InlineData("legacy")]
    public void Tensors_of_every_kind_come_back(string name)
    {
        using var scope = NewDisposeScope();

        var read = PyTorchFile.Read(Stored(name));

        Assert.Equal(["weight", "view", "tied", "half", "bfloat", "double", "long", "byte", "flag", "scalar", "empty", "parameter"], read.Keys);
        var count = arange(24, dtype: ScalarType.Float32).view(4, 6);
        Assert.True(read["weight"].equal(count).all().ToBoolean());
        Assert.Equal([2, 4], read["view"].shape);
        Assert.Equal([1, 7, 13, 19, 2, 8, 14, 20], read["view"].data<float>().ToArray());
        Assert.Equal([0, 1, 2, 3], read["half"].to(ScalarType.Float32).data<float>().ToArray());
        Assert.Equal(ScalarType.BFloat16, read["bfloat"].dtype);
        Assert.Equal([0, 1 / 3.0, 2 / 3.0], read["double"].data<double>().ToArray());
        Assert.Equal([1L << 40, -1], read["long"].data<long>().ToArray());
        Assert.Equal([0, 255], read["byte"].data<byte>().ToArray());
        Assert.Equal([true, false, true], read["flag"].data<bool>().ToArray());
        Assert.Equal(7.5f, read["scalar"].item<float>());
        Assert.Equal([0, 3], read["empty"].shape);
        Assert.Equal([2, 2], read["parameter"].shape);
    }

    [Fact]
    public void Weights_are_found_where_training_scripts_put_them()
    {
        using var scope = NewDisposeScope();

        Assert.Equal(["a", "b"], PyTorchFile.Read(Stored("wrapped")).Keys);
        Assert.Equal(["a"], PyTorchFile.Read(Stored("listed")).Keys);
        Assert.Equal(["a"], PyTorchFile.Read(Stored("teacher"), "teacher").Keys);
        Assert.Contains("'teacher', 'note'", Message(() => PyTorchFile.Read(Stored("teacher"))), StringComparison.Ordinal);
        Assert.Contains("nothing at 'student'", Message(() => PyTorchFile.Read(Stored("teacher"), "student")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil")]
    [InlineData("evil_legacy")]
    public void What_a_file_asks_to_be_run_is_not_run(string name)
    {
        using var scope = NewDisposeScope();
        const string trace = "evil-was-here";   // what the stored command would make in the working folder
        File.Delete(trace);

        var read = PyTorchFile.Read(Stored(name));

        Assert.Equal([2f, 2, 2], read["a"].data<float>().ToArray());
        Assert.False(File.Exists(trace));
    }

    [Theory]
    [InlineData("plain", "plain pickle")]
    [InlineData("nothing", "no tensors")]
    public void Other_files_of_python_are_told_apart(string name, string part) =>
        Assert.Contains(part, Message(() => PyTorchFile.Read(Stored(name))), StringComparison.Ordinal);

    [Fact]
    public void A_program_of_torchscript_gives_its_weights_under_the_names_of_its_modules()
    {
        using var scope = NewDisposeScope();

        var read = PyTorchFile.Read(Stored("scripted"));   // torch.jit.save of nested modules in half precision, with a number and an empty module among them

        string[] block = ["fc.weight", "fc.bias", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var", "bn.num_batches_tracked"];
        string[] expected = ["scale", "grid", .. block.Select(name => $"blocks.0.{name}"), .. block.Select(name => $"blocks.1.{name}")];
        Assert.Equal(expected.Order(StringComparer.Ordinal), read.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(ScalarType.Float16, read["scale"].dtype);
        Assert.Equal([1, 2, 3, 4, 5, 6], read["blocks.0.fc.weight"].to(ScalarType.Float32).data<float>().ToArray());   // counted from the parameter's number on
        Assert.Equal([3, 2], PyTorchFile.Read(Stored("scripted"), "blocks.1")["fc.weight"].t().shape);
        Assert.Equal(["weight", "bias"], PyTorchFile.Read(Stored("script")).Keys);
    }

    [Fact]
    public void A_model_saved_whole_gives_its_weights_and_none_of_its_code()
    {
        using var scope = NewDisposeScope();

        var read = PyTorchFile.Read(Stored("whole"));   // torch.save(Sequential(Linear, BatchNorm1d))

        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"], read.Keys);
        Assert.Equal([0, 1, 2, 3], read["0.weight"].data<float>().ToArray());
    }

    [Fact]
    public void Buffers_that_are_not_to_be_kept_are_left_out()
    {
        using var scope = NewDisposeScope();

        Assert.Equal(["0.weight", "0.kept"], PyTorchFile.Read(Stored("passing")).Keys);   // torch.save of a module with one buffer of each kind
    }

    [Fact]
    public void Modules_that_contain_each_other_end()
    {
        var (outer, inner) = (new PickleCall("__torch__.A", []), new PickleCall("__torch__.B", []));
        outer.State = new Dictionary<object, object?> { ["b"] = inner, ["c"] = inner };
        inner.State = new Dictionary<object, object?> { ["a"] = outer, ["d"] = outer };

        Assert.Empty(ScriptedModule.Tensors(outer));
    }

    [Fact]
    public void Files_that_are_no_weights_are_named()
    {
        var text = Path.Combine(_folder.FullName, "notes.txt");
        File.WriteAllText(text, "weights?");

        Assert.Contains("notes.txt", Message(() => PyTorchFile.Read(text)), StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => PyTorchFile.Read(Path.Combine(_folder.FullName, "none.pt")));
    }

    [Fact]
    public void A_file_cut_short_is_damaged_everywhere()
    {
        foreach (var name in new[] { "zip", "legacy" })
        {
            var whole = Convert.FromBase64String(s_files[name]);
            for (var length = 0; length < whole.Length - 1; length += 37)
            {
                var path = Path.Combine(_folder.FullName, "cut.pt");
                File.WriteAllBytes(path, whole[..length]);

                Assert.Contains("cut.pt", Message(() => PyTorchFile.Read(path)), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void References_nested_without_end_are_damage()
    {
        var path = Path.Combine(_folder.FullName, "deep.pth");
        byte[] bytes = [0x80, 2, (byte)'N', .. Enumerable.Repeat((byte)'Q', 200_000), (byte)'.'];
        File.WriteAllBytes(path, bytes);

        Assert.Contains("is damaged", Message(() => PyTorchFile.Read(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_bytes_never_do_more_than_an_error() => Mutate(1_000);

    [Fact, Trait("Category", "Slow")]
    public void A_hundred_thousand_changed_files_never_do_more_than_an_error() => Mutate(100_000);

    [SkippableTheory]
    [InlineData("mnist-cnn-natural.pth")]
    [InlineData("mnist-cnn-robust-wong.pth")]
    [InlineData("resnet20-cifar10.th")]
    public void Published_weights_equal_their_safetensors(string file)
    {
        var root = Environment.GetEnvironmentVariable("ROBUSTVLM_REALDATA");
        var path = Path.Combine(root ?? "", "_weights", file);
        Skip.If(root is null || !File.Exists(path), $"ROBUSTVLM_REALDATA names no folder with _weights/{file}.");
        using var scope = NewDisposeScope();

        var read = PyTorchFile.Read(path);

        var (expected, _) = Safetensors.Read(Path.ChangeExtension(path, ".safetensors"));
        Assert.All(expected.Keys.Except(read.Keys), name => Assert.EndsWith("num_batches_tracked", name, StringComparison.Ordinal));   // older files lack these counters
        Assert.All(read, entry => Assert.True(entry.Value.equal(expected[entry.Key]).all().ToBoolean(), entry.Key));
        Assert.NotEmpty(read);
    }

    private void Mutate(int times)
    {
        var random = new Random(11);
        var path = Path.Combine(_folder.FullName, "changed.pt");
        for (var i = 0; i < times; i++)
        {
            var bytes = Convert.FromBase64String(s_files[random.Next(2) == 0 ? "zip" : "legacy"]);
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, bytes);
            using var scope = NewDisposeScope();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var error = Record.Exception(() => PyTorchFile.Read(path));

            Assert.True(error is null or InvalidDataException, $"change {i}: {error}");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < 4 << 20, $"change {i} allocated too much");
        }
    }

    private string Stored(string name)
    {
        var path = Path.Combine(_folder.FullName, name + ".pt");
        File.WriteAllBytes(path, Convert.FromBase64String(s_files[name]));
        return path;
    }

    private static string Message(Action action) => Assert.Throws<InvalidDataException>(action).Message;
}
