using RobustVlm.Engine;
using RobustVlm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Models;

public sealed class CheckpointTests : IDisposable
{
    private static readonly MnistConvNetOptions s_options = new();
    private static readonly BertOptions s_bert = new() { VocabularySize = 12, ContextLength = 4, Width = 8, HiddenWidth = 16, Depth = 1, Heads = 2 };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly DisposeScope _scope = NewDisposeScope();

    private string FilePath => Path.Combine(_folder.FullName, "model.safetensors");

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Missing_unexpected_and_misshapen_names_are_all_listed_and_nothing_is_loaded()
    {
        using var model = s_options.Create(new Generator(1));
        var before = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        Write(model, weights =>
        {
            weights.Remove("7.bias");
            weights["extra.weight"] = ones(2);
            weights["2.bias"] = ones(3);
            weights["0.bias"] = zeros(16);
        });

        var message = Refusal(() => Checkpoint.Load(model, FilePath));

        Assert.Contains("1 missing: 7.bias", message, StringComparison.Ordinal);
        Assert.Contains("1 not part of the model: extra.weight", message, StringComparison.Ordinal);
        Assert.Contains("2.bias is [3] instead of [32]", message, StringComparison.Ordinal);
        Assert.All(model.state_dict(), entry => Assert.True(entry.Value.SameAs(before[entry.Key])));
    }

    [Fact]
    public void A_long_list_of_names_is_cut_and_counted()
    {
        using var model = s_options.Create(new Generator(1));
        Write(model, weights =>
        {
            for (var i = 0; i < 25; i++)
            {
                weights[$"other.{i:00}"] = ones(1);
            }
        });

        Assert.Contains("25 not part of the model: other.00, ", Refusal(() => Checkpoint.Load(model, FilePath)), StringComparison.Ordinal);
        Assert.Contains("other.09 and 15 more", Refusal(() => Checkpoint.Load(model, FilePath)), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_strictness_the_report_lists_what_differs()
    {
        using var model = s_options.Create(new Generator(1));
        using var other = s_options.Create(new Generator(2));
        Write(other, weights =>
        {
            weights.Remove("7.bias");
            weights["extra.weight"] = ones(2);
        });

        var report = Checkpoint.Load(model, FilePath, new LoadOptions { Strict = false });

        Assert.Equal(["7.bias"], report.Missing);
        Assert.Equal(["extra.weight"], report.Unexpected);
        Assert.Equal(7, report.Loaded.Count);
        Assert.Equal("model.safetensors: 7 tensors loaded; 1 missing: 7.bias; 1 unexpected: extra.weight.", report.ToString());
        Assert.True(model.state_dict()["0.weight"].SameAs(other.state_dict()["0.weight"]));
        Assert.Contains("no name", Refusal(() => Checkpoint.Load(model, FilePath, new LoadOptions { Strict = false, Prefix = "teacher." })), StringComparison.Ordinal);
    }

    [Fact]
    public void Prefixes_are_taken_off_when_all_names_share_module_or_when_one_is_given()
    {
        using var model = s_options.Create(new Generator(1));
        using var other = s_options.Create(new Generator(2));

        Safetensors.Write(FilePath, other.state_dict().ToDictionary(entry => "module." + entry.Key, entry => entry.Value));
        Assert.True(Checkpoint.Load(model, FilePath).IsComplete);

        var lightning = other.state_dict().ToDictionary(entry => "student." + entry.Key, entry => entry.Value);
        lightning["loss.weight"] = ones(1);
        Safetensors.Write(FilePath, lightning);
        Assert.Contains("missing", Refusal(() => Checkpoint.Load(model, FilePath)), StringComparison.Ordinal);
        Assert.Equal(["loss.weight"], Checkpoint.Load(model, FilePath, new LoadOptions { Prefix = "student." }).Ignored);
    }

    [Fact]
    public void A_head_for_other_classes_is_left_alone_when_skipped()
    {
        var options = new VisionTransformerOptions { ImageSize = 16, Width = 16, Depth = 1, Classes = 5 };
        using var model = options.Create(new Generator(1));
        Checkpoint.Save(model, FilePath);

        Assert.Contains("head.bias is [5] instead of [3]", Refusal(() => Checkpoint.Load(FilePath, options with { Classes = 3 })), StringComparison.Ordinal);
        using var other = Checkpoint.Load(FilePath, options with { Classes = 3 }, new LoadOptions { Skip = @"^head\." });
        using var features = Checkpoint.Load(FilePath, options with { Classes = 0 });

        Assert.True(other.state_dict()["pos_embed"].SameAs(model.state_dict()["pos_embed"]));
        Assert.True(features.call(ones(1, 3, 16, 16)).SameAs(other.Features(ones(1, 3, 16, 16))));
        Assert.Contains("regular expression", Assert.Throws<ArgumentException>(() => Checkpoint.Load(other, FilePath, new LoadOptions { Skip = "(" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_numbers_are_not_taken_for_weights()
    {
        using var model = s_options.Create(new Generator(1));
        Write(model, weights => weights["7.bias"] = zeros(10, dtype: ScalarType.Int8));

        Assert.Contains("7.bias holds Int8 instead of floating-point", Refusal(() => Checkpoint.Load(model, FilePath)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Other_formats_become_the_models_own(ScalarType type)
    {
        using var model = s_options.Create(new Generator(1));
        Write(model, weights =>
        {
            foreach (var name in weights.Keys.ToArray())
            {
                weights[name] = weights[name].to(type);
            }
        });

        using var loaded = Checkpoint.Load(FilePath, s_options);

        Assert.All(loaded.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        Assert.InRange((loaded.state_dict()["0.weight"] - model.state_dict()["0.weight"]).abs().max().ToDouble(), 0, 2e-3);
    }

    [Fact]
    public void A_weight_beyond_half_precision_is_not_stored_as_infinity()
    {
        using var model = s_options.Create(new Generator(1));
        using (no_grad())
        {
            model.get_parameter("7.bias")!.fill_(1e5);   // every such model has it
        }

        Assert.Contains("7.bias", Assert.Throws<ArgumentException>(() => Checkpoint.Save(model, FilePath, dtype: ScalarType.Float16)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(FilePath));
        Checkpoint.Save(model, FilePath, dtype: ScalarType.BFloat16);
        Assert.Throws<ArgumentException>(() => Checkpoint.Save(model, FilePath, dtype: ScalarType.Int32));
    }

    [Fact]
    public void A_file_knows_which_model_it_holds_and_keeps_text()
    {
        using var model = s_options.Create(new Generator(1));
        Checkpoint.Save(model, FilePath, new Dictionary<string, string> { ["seed"] = "1" });

        Assert.Equal("1", Checkpoint.Metadata(FilePath)["seed"]);
        Assert.Contains("holds a MnistConvNet, not a UNet", Refusal(() => Checkpoint.Load<UNet>(FilePath)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MnistConvNet", """{"Padding":7}""")]
    [InlineData("VisionTransformer", """{"Width":1073741824,"Heads":1}""")]
    [InlineData("VisionTransformer", """{"Colour":1}""")]
    [InlineData("ResNet", """{"Width":1000000}""")]
    [InlineData("Bert", """{"VocabularySize":2000000000}""")]
    public void Impossible_sizes_cost_no_memory(string kind, string options)
    {
        Safetensors.Write(FilePath, new Dictionary<string, Tensor> { ["a"] = ones(1) }, new Dictionary<string, string> { ["model"] = kind, ["options"] = options });

        var message = Refusal(() => _ = kind switch
        {
            "MnistConvNet" => Checkpoint.Load<MnistConvNet>(FilePath),
            "ResNet" => Checkpoint.Load<ResNet>(FilePath),
            "Bert" => Checkpoint.Load<Bert>(FilePath),
            _ => (nn.Module)Checkpoint.Load<VisionTransformer>(FilePath),
        });

        Assert.Contains("impossible or unknown", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bert_loads_encoders_saved_alone_old_names_and_files_with_other_heads()
    {
        using var model = (s_bert with { LanguageHead = false }).Create(new Generator(1));
        var expected = model.call(ones(1, 3, dtype: ScalarType.Int64));
        var bare = model.state_dict().ToDictionary(
            entry => entry.Key["bert.".Length..].Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal),
            entry => entry.Value);
        bare["pooler.dense.weight"] = ones(8, 8);
        bare["embeddings.position_ids"] = arange(4, dtype: ScalarType.Int64);
        Safetensors.Write(FilePath, bare);

        using var loaded = Checkpoint.Load(FilePath, s_bert with { LanguageHead = false });
        Assert.True(expected.SameAs(loaded.call(ones(1, 3, dtype: ScalarType.Int64))));
        Assert.Contains("cls.predictions.bias", Refusal(() => Checkpoint.Load(FilePath, s_bert)), StringComparison.Ordinal);
        Assert.Contains("LanguageHead", Assert.Throws<InvalidOperationException>(() => loaded.PredictTokens(ones(1, 3, dtype: ScalarType.Int64))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Berts_decoder_may_be_stored_twice_but_not_differently()
    {
        using var model = s_bert.Create(new Generator(1));
        var words = model.state_dict()["bert.embeddings.word_embeddings.weight"];
        Write(model, weights => weights["cls.predictions.decoder.weight"] = words);
        Assert.Equal(["cls.predictions.decoder.weight"], Checkpoint.Load(model, FilePath).Ignored);

        Write(model, weights => weights["cls.predictions.decoder.weight"] = words + 1);
        Assert.Contains("cls.predictions.decoder.weight", Refusal(() => Checkpoint.Load(model, FilePath)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_model_can_be_exchanged()
    {
        using var model = new VisionTransformerOptions { ImageSize = 16, Width = 16, Depth = 1 }.Create(new Generator(1));
        var images = ones(1, 3, 16, 16);
        var before = model.call(images);
        var replacement = nn.Linear(16, 48);

        ModuleTree.Replace(model, "blocks.0.attn.qkv", replacement);

        Assert.False(before.SameAs(model.call(images)));
        Assert.Same(replacement, model.named_modules().Single(entry => entry.name == "blocks.0.attn.qkv").module);
        Assert.Contains("no part 'blocks.7.attn'", Assert.Throws<ArgumentException>(() => ModuleTree.Replace(model, "blocks.7.attn", replacement)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be exchanged", Assert.Throws<ArgumentException>(() => ModuleTree.Replace(model, "blocks.0.norm1", replacement)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Embedding_patches_and_going_on_from_them_is_the_whole_model()
    {
        using var model = new VisionTransformerOptions { ImageSize = 16, Width = 16, Depth = 1, Classes = 3 }.Create(new Generator(1));
        var images = FormulaWeights.Images(2, 3, 16, 16).to(ScalarType.Float32);

        var patches = model.EmbedPatches(images);

        Assert.Equal([2, 4, 16], patches.shape);
        Assert.True(model.call(images).SameAs(model.ForwardEmbedded(patches)));
        Assert.Contains("[N, 4, 16]", Assert.Throws<ArgumentException>(() => model.ForwardEmbedded(patches[0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_of_weights_are_those_of_the_papers()
    {
        static long Count<T>(IModelOptions<T> options)
            where T : nn.Module
        {
            using var skip = Initialization.Skip();
            using var model = options.Create(new Generator(1));
            return model.parameters().Sum(parameter => parameter.numel());
        }

        Assert.Equal(5_717_416, Count(VisionTransformerOptions.ViTTi16));
        Assert.Equal(11_689_512, Count(ResNetOptions.ResNet18));
        Assert.Equal(25_557_032, Count(ResNetOptions.ResNet50));
        Assert.Equal(269_722, Count(CifarResNetOptions.ResNet20));
        Assert.Equal(464_154, Count(CifarResNetOptions.ResNet32));
    }

    [Fact]
    public void Layouts_of_OpenAIs_models_have_their_numbers_of_weights()
    {
        static long Count(ClipOptions options) => ClipLayout.Shapes(options)
            .Where(entry => !entry.Key.Contains("running_", StringComparison.Ordinal) && !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .Sum(entry => entry.Value.Aggregate(1L, (product, size) => product * size));

        Assert.Equal(149_620_737, Count(ClipOptions.ViTB16));
        Assert.Equal(427_616_513, Count(ClipOptions.ViTL14));
        Assert.Equal(102_007_137, Count(ClipOptions.RN50));
    }

    private void Write(nn.Module model, Action<Dictionary<string, Tensor>> change)
    {
        var weights = model.state_dict();
        change(weights);
        Safetensors.Write(FilePath, weights);
    }

    private string Refusal(Action action)
    {
        var message = Assert.Throws<InvalidDataException>(action).Message;
        Assert.StartsWith(FilePath, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
