using System.Text.Json;
using RobustVlm.Engine;
using RobustVlm.Methods.LowRank;
using RobustVlm.Models;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.LowRank;

/// <summary>Tasks on one backbone: in memory, in files, and against the published code.</summary>
/// <remarks>
/// melo-reference.json was made by PyTorch 1.13 from JamesQFreeman/LoRA-ViT (45be249) in float64: LoRA_ViT with _LoRALayer on the repository's own ViT
/// (width 32, 3 blocks, 4 heads, hidden 64, patch 8, images of 24 pixels, 5 classes, no dropout; the global that its constructor asks for, resize_positional_embedding,
/// set to False), and _LoRA_qkv_timm on the first block's layer; the three classes taken out of lora.py, whose imports are not installed. Rank 4, alpha 8. Weights are
/// <see cref="FormulaWeights"/> of this project's names, matrices those of the names of a task's file; the loss sums the logits times <c>Noise("loss.logits")</c>.
/// </remarks>
public sealed class LowRankClassifierTests : IDisposable
{
    private static readonly string[] s_tasks = ["tuberculosis", "blood", "findings", "mammogram"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Starts_with_the_logits_of_the_model_when_it_has_its_head()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        vit.eval();
        var expected = vit.call(LowRankFixture.Images());
        using var model = new LowRankClassifier(vit);

        model.AddTask("same", vit.get_parameter("head.weight")!, vit.get_parameter("head.bias")!, new Generator(3));   // it has classes

        Assert.True(model.call(LowRankFixture.Images()).SameAs(expected));
    }

    [Fact]
    public void Saved_and_loaded_tasks_give_the_same_bits_in_any_order()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var images = LowRankFixture.Images();
        var expected = new Dictionary<string, Tensor>();
        using (var made = LowRankFixture.Served(vit, s_tasks))
        {
            foreach (var task in s_tasks)
            {
                made.Switch(task);
                expected[task] = made.call(images);
                made.Save(task, PathOf(task));
            }
        }

        using var again = LowRankFixture.Vit();
        using var model = new LowRankClassifier(again);
        foreach (var task in s_tasks.Reverse())
        {
            Assert.Equal(task, model.Load(PathOf(task)));
        }

        foreach (var task in s_tasks.Concat(s_tasks.Reverse()).Append("blood").Append("blood"))
        {
            model.Switch(task);
            Assert.Equal(Array.IndexOf(s_tasks, task) + 2, model.call(images).shape[1]);
            Assert.True(model.call(images).SameAs(expected[task]), task);
        }

        Assert.DoesNotContain(model.parameters(), weight => weight.requires_grad);
    }

    [Fact]
    public void A_file_has_four_bytes_per_weight_of_updates_and_head_and_a_header()
    {
        using var vit = LowRankFixture.Vit();
        using var model = LowRankFixture.Served(vit, "one");

        model.Save("one", PathOf("one"));

        var bytes = File.ReadAllBytes(PathOf("one"));
        var header = 8 + BitConverter.ToInt64(bytes);
        Assert.Equal((4 * ((4 * 3 * 16 * 4) + (16 * 2) + 2)) + header, bytes.Length);
        Assert.Equal(4 * model.ParametersOfTask(2), bytes.Length - header);
        using var file = SafetensorsFile.Open(PathOf("one"));
        Assert.Equal("4", file.Metadata["rank"]);
        Assert.Equal("Query, Value", file.Metadata["targets"]);
        Assert.Equal(model.Adapter.BackboneChecksum(), file.Metadata["backbone_sha256"]);
        Assert.Equal(model.Adapter.Options, LowRankClassifier.OptionsOf(PathOf("one")));
    }

    [Fact]
    public void Files_that_do_not_belong_are_refused_and_nothing_is_added()
    {
        using var vit = LowRankFixture.Vit();
        using (var model = LowRankFixture.Served(vit, "one"))
        {
            model.Save("one", PathOf("one"));
            model.Adapter.Save("one", PathOf("headless"));
            var (tensors, metadata) = Safetensors.Read(PathOf("one"));
            tensors.Remove("blocks.1.attn.qkv.v.lora_b");
            Safetensors.Write(PathOf("missing"), tensors, metadata);
            File.WriteAllBytes(PathOf("cut"), File.ReadAllBytes(PathOf("one"))[..^10]);
            Checkpoint.Save(vit, PathOf("checkpoint"));
        }

        using var another = LowRankFixture.Vit(2);
        using var wider = new VisionTransformer(LowRankFixture.Tiny with { Width = 32 }, new Generator(1));
        using var deeper = new VisionTransformer(LowRankFixture.Tiny with { Depth = 4 }, new Generator(1));

        Refused(vit, "headless", "lacks head.weight");
        Refused(vit, "missing", "lacks blocks.1.attn.qkv.v.lora_b");
        Refused(vit, "cut", "make or copy the file again");
        Refused(vit, "checkpoint", "holds no low-rank task");
        Refused(another, "one", "another backbone");
        Refused(wider, "one", "another width");
        Refused(deeper, "one", "lacks blocks.3");
        Refused(vit, "one", "rank '4', not '2'", new LowRankOptions { Rank = 2 });
        Refused(vit, "one", "blocks", new LowRankOptions { Blocks = [0] });

        void Refused(VisionTransformer backbone, string file, string words, LowRankOptions? options = null)
        {
            using var model = new LowRankClassifier(backbone, options);
            var message = Assert.Throws<InvalidDataException>(() => model.Load(PathOf(file))).Message;
            Assert.Contains(words, message, StringComparison.Ordinal);
            Assert.EndsWith(".", message, StringComparison.Ordinal);
            Assert.Empty(model.Tasks);
        }
    }

    [Fact]
    public void Only_the_active_tasks_matrices_and_head_get_gradients()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        using var model = LowRankFixture.Served(vit, "one", "two");
        model.Switch("one");
        model.TrainOnly("one");
        model.train();

        model.call(LowRankFixture.Images()).square().sum().backward();

        var trained = model.named_parameters().Where(entry => entry.parameter.grad is not null).Select(entry => entry.name).ToArray();
        Assert.Equal((3 * 4) + 2, trained.Length);
        Assert.All(trained, name => Assert.Matches(@"^heads\.0\.|\.tasks\.0\.[qv]_[ab]$", name));
        Assert.False(vit.training);
    }

    [Fact]
    public void A_task_without_a_head_is_refused_where_tasks_have_heads()
    {
        using var vit = LowRankFixture.Vit();
        using var model = LowRankFixture.Served(vit, "one");
        model.Adapter.Save("one", PathOf("headless"));

        Assert.Contains("LowRankClassifier", Assert.Throws<InvalidOperationException>(() => model.Adapter.AddTask("two", new Generator(1))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => model.Adapter.Load(PathOf("headless"), "two"));
        Assert.Equal(["one"], model.Tasks);
    }

    [Fact]
    public void Logits_and_gradients_are_those_of_the_published_code()
    {
        using var scope = NewDisposeScope();
        var reference = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Methods", "LowRank", "melo-reference.json"))).RootElement;
        using var vit = new VisionTransformer(new VisionTransformerOptions { ImageSize = 24, Width = 32, Depth = 3 }, new Generator(1));
        vit.to(ScalarType.Float64);
        Fill(vit.named_parameters().Select(entry => (entry.name, (Tensor)entry.parameter)));
        using var model = new LowRankClassifier(vit, new LowRankOptions { Alpha = 8 });
        model.AddTask("one", FormulaWeights.Weight("head.weight", [5, 32]), FormulaWeights.Weight("head.bias", [5]), new Generator(2));
        Fill(model.Adapter.Matrices("one").Select(entry => (entry.Name, (Tensor)entry.Matrix)));

        var logits = model.call(FormulaWeights.Images(2, 3, 24, 24));
        var loss = (logits * FormulaWeights.Noise("loss.logits", 10).view(2, 5)).sum();
        loss.backward();

        AssertClose(reference.GetProperty("logits"), logits, "logits");
        Assert.Equal(reference.GetProperty("loss").GetDouble(), loss.item<double>(), 1e-8);
        foreach (var (name, matrix) in model.Adapter.Matrices("one"))
        {
            AssertClose(reference.GetProperty("gradients").GetProperty(name), matrix.grad!, name);   // backward gave it one
        }

        var head = model.named_parameters().Where(entry => entry.name.StartsWith("heads.0.", StringComparison.Ordinal)).ToArray();
        Assert.All(head, entry => AssertClose(reference.GetProperty("gradients").GetProperty(entry.name.Replace("heads.0", "head", StringComparison.Ordinal)), entry.parameter.grad!, entry.name));
        Assert.Equal(2, head.Length);
        var fused = (nn.Module<Tensor, Tensor>)vit.named_modules().Single(entry => entry.name == "blocks.0.attn.qkv").module;
        AssertClose(reference.GetProperty("fused"), fused.call(FormulaWeights.Noise("tokens", 192).view(2, 3, 32)), "fused");
        Assert.Equal(reference.GetProperty("trainable").GetInt64(), model.ParametersOfTask(5));
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, $"{name}.safetensors");

    private static void Fill(IEnumerable<(string Name, Tensor Weight)> weights)
    {
        using var noGradient = no_grad();
        foreach (var (name, weight) in weights)
        {
            weight.copy_(FormulaWeights.Weight(name, weight.shape));
        }
    }

    private static void AssertClose(JsonElement expected, Tensor actual, string what)
    {
        var values = expected.EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var found = actual.detach().flatten().data<double>().ToArray();
        var largest = values.Max(Math.Abs);
        Assert.Equal(values.Length, found.Length);
        Assert.True(values.Zip(found).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-9 * largest), what);
    }
}
