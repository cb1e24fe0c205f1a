using RobustVlm.Engine;
using RobustVlm.Methods.LowRank;
using RobustVlm.Models;
using RobustVlm.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.LowRank;

public sealed class LowRankAdapterTests
{
    [Theory]
    [InlineData(384, 12, 4, 73_728)]
    [InlineData(768, 12, 4, 147_456)]
    [InlineData(1024, 24, 4, 393_216)]
    [InlineData(1280, 32, 4, 655_360)]
    [InlineData(1408, 40, 4, 901_120)]
    [InlineData(1664, 48, 4, 1_277_952)]
    [InlineData(768, 12, 1, 36_864)]
    [InlineData(768, 12, 16, 589_824)]
    public void Counts_are_those_of_the_papers_models(int width, int depth, int rank, long expected) => Assert.Equal(
        expected, new LowRankOptions { Rank = rank }.CountParameters(VisionTransformerOptions.ViTB16 with { Width = width, Depth = depth }));

    [Fact]
    public void On_a_base_transformer_a_task_is_0_1719_percent_and_148994_weights_with_two_classes()
    {
        VisionTransformer vit;
        using (Initialization.Skip())
        {
            vit = VisionTransformerOptions.ViTB16.Create(new Generator(1));
        }

        using var owner = vit;
        using var melo = new LowRankClassifier(vit);
        melo.AddTask("two", 2, new Generator(1));

        Assert.Equal(85_798_656, (VisionTransformerOptions.ViTB16 with { Classes = 0 }).CountParameters());
        Assert.Equal(0.001719, new LowRankOptions().ShareOf(VisionTransformerOptions.ViTB16), 6);
        Assert.Equal(147_456, melo.Adapter.ParametersPerTask);
        Assert.Equal([148_994, 150_532, 158_222], new[] { 2, 4, 14 }.Select(melo.ParametersOfTask));
        Assert.Equal(148_994, melo.parameters().Where(weight => weight.requires_grad).Sum(weight => weight.numel()));
        Assert.Equal(86_567_656 + 148_994, melo.parameters().Sum(weight => weight.numel()));   // with the unused last layer of 1000 classes
    }

    [Theory]
    [InlineData(LowRankTargets.Query | LowRankTargets.Value, 3)]
    [InlineData(LowRankTargets.Key, 2)]
    [InlineData(LowRankTargets.Output, 1)]
    [InlineData(LowRankTargets.Fc1, 5)]
    [InlineData(LowRankTargets.Fc2, 5)]
    [InlineData(LowRankTargets.All, 4)]
    public void The_formula_counts_what_is_attached_and_every_target_changes_the_output(LowRankTargets targets, int rank)
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var images = LowRankFixture.Images();
        var before = vit.call(images);
        var options = new LowRankOptions { Targets = targets, Rank = rank, Blocks = [0, 2] };

        using var adapter = new LowRankAdapter(vit, options);
        adapter.AddTask("one", new Generator(2));
        var fresh = vit.call(images);
        LowRankFixture.Stir(adapter, "one", 3);

        Assert.Equal(options.CountParameters(LowRankFixture.Tiny), adapter.ParametersPerTask);
        Assert.Equal(adapter.ParametersPerTask, vit.parameters().Where(weight => weight.requires_grad).Sum(weight => weight.numel()));
        Assert.True(fresh.SameAs(before));
        Assert.False(vit.call(images).SameAs(before));
        Assert.DoesNotContain(adapter.Matrices("one"), entry => entry.Name.StartsWith("blocks.1.", StringComparison.Ordinal));
        Assert.All(adapter.Matrices("one"), entry => Assert.Matches("^blocks\\.[02]\\.(attn|mlp)\\.(qkv|proj|fc1|fc2)\\.(q|k|v|o|fc1|fc2)\\.lora_[ab]$", entry.Name));
    }

    [Fact]
    public void The_weights_of_a_transformer_are_counted_without_making_it()
    {
        using var plain = LowRankFixture.Vit();
        using var odd = new VisionTransformer(LowRankFixture.Tiny with { QkvBias = false, Classes = 0, MlpRatio = 1.7 }, new Generator(1));

        Assert.Equal(plain.parameters().Sum(weight => weight.numel()), plain.Options.CountParameters());
        Assert.Equal(odd.parameters().Sum(weight => weight.numel()), odd.Options.CountParameters());
    }

    [Fact]
    public void A_is_uniform_within_one_over_the_root_of_the_width_and_B_is_zero()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        using var adapter = new LowRankAdapter(vit, new LowRankOptions { Rank = 8 });
        adapter.AddTask("one", new Generator(2));

        var a = cat([.. adapter.Matrices("one").Where(entry => entry.Name.EndsWith('a')).Select(entry => (Tensor)entry.Matrix)], 0);

        Assert.InRange(a.abs().max().item<float>(), 0.24, 0.25);   // 1 / sqrt(16)
        Assert.Equal(0.25 / Math.Sqrt(3), a.std().item<float>(), 0.01);
        Assert.All(adapter.Matrices("one").Where(entry => entry.Name.EndsWith('b')), entry => Assert.Equal(0, entry.Matrix.abs().max().item<float>()));
    }

    [Fact]
    public void Alpha_below_the_rank_halves_the_update_instead_of_switching_it_off()
    {
        using var scope = NewDisposeScope();
        var changes = new[] { 8.0, 16.0 }.Select(alpha =>
        {
            using var vit = LowRankFixture.Vit();
            using var adapter = new LowRankAdapter(vit, new LowRankOptions { Rank = 16, Alpha = alpha, Targets = LowRankTargets.All });
            var before = vit.get_parameter("blocks.1.mlp.fc1.weight")!.detach().clone();   // every such model has it
            adapter.AddTask("one", new Generator(2));
            LowRankFixture.Stir(adapter, "one", 3);
            adapter.Merge();
            return vit.get_parameter("blocks.1.mlp.fc1.weight")!.detach() - before;
        }).ToArray();

        Assert.True(changes[0].abs().max().item<float>() > 0.1);
        Assert.Equal(0, (changes[1] - 2 * changes[0]).abs().max().item<float>(), 1e-5);
    }

    [Fact]
    public void Merging_changes_no_output_and_unmerging_restores_every_bit()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var images = LowRankFixture.Images();
        var names = vit.state_dict().Keys.ToHashSet();
        var (before, plain) = (WeightChecksum.Of(vit), vit.call(images));
        using var adapter = new LowRankAdapter(vit, new LowRankOptions { Targets = LowRankTargets.All, Alpha = 6 });
        adapter.AddTask("one", new Generator(2));
        LowRankFixture.Stir(adapter, "one", 3);
        var (unmerged, backbone) = (vit.call(images), adapter.BackboneChecksum());

        adapter.Merge();

        Assert.True(adapter.IsMerged);
        Assert.NotEqual(before, WeightChecksum.Of(vit, names.Contains));
        Assert.InRange(((vit.call(images) - unmerged).abs().max() / unmerged.abs().max()).item<float>(), 0, 1e-5);
        Assert.Equal(backbone, adapter.BackboneChecksum());
        Assert.Contains("Unmerge", Assert.Throws<InvalidOperationException>(() => adapter.Switch(null)).Message, StringComparison.Ordinal);
        adapter.Unmerge();
        Assert.Equal(before, WeightChecksum.Of(vit, names.Contains));
        Assert.True(vit.call(images).SameAs(unmerged));
        adapter.Merge();
        adapter.Dispose();
        Assert.Equal(before, WeightChecksum.Of(vit));
        Assert.All(vit.parameters(), weight => Assert.True(weight.requires_grad));
        Assert.True(vit.call(images).SameAs(plain));
    }

    [Fact]
    public void A_model_with_updates_loads_its_checkpoint_under_the_same_names()
    {
        using var vit = LowRankFixture.Vit();
        var names = vit.state_dict().Keys.ToArray();

        using var adapter = new LowRankAdapter(vit, new LowRankOptions { Targets = LowRankTargets.All });
        adapter.AddTask("one", new Generator(2));

        Assert.Empty(names.Except(vit.state_dict().Keys));
    }

    [Theory]
    [InlineData("visual.", 2)]
    [InlineData("transformer.", 1)]
    [InlineData("", 3)]
    public void Both_halves_of_clip_can_be_adapted(string under, int blocks)
    {
        using var scope = NewDisposeScope();
        using var clip = TinyClip.Create(1);
        var (images, tokens) = TinyClip.Pairs(2, 3);
        var (image, text) = (clip.EncodeImage(images), clip.EncodeText(tokens));
        using var adapter = new LowRankAdapter(clip, new LowRankOptions { Targets = LowRankTargets.All, Under = under, Rank = 2 });
        adapter.AddTask("one", new Generator(3));
        var fresh = clip.EncodeImage(images);
        LowRankFixture.Stir(adapter, "one", 4);

        Assert.Equal(blocks * 2L * ((4 * 2 * 32) + (2 * 5 * 32)), adapter.ParametersPerTask);
        Assert.True(fresh.SameAs(image));
        Assert.Equal(under != "transformer.", !clip.EncodeImage(images).SameAs(image));
        Assert.Equal(under != "visual.", !clip.EncodeText(tokens).SameAs(text));
        var unmerged = clip.call(images, tokens);
        adapter.Merge();
        Assert.InRange(((clip.call(images, tokens) - unmerged).abs().max() / unmerged.abs().max()).item<float>(), 0, 1e-5);
        adapter.Dispose();
        Assert.True(clip.EncodeImage(images).SameAs(image));
    }

    [Fact]
    public void Bert_can_be_adapted_and_trained_behind_a_head()
    {
        using var scope = NewDisposeScope();
        using var bert = new Bert(new BertOptions { VocabularySize = 23, ContextLength = 10, Width = 32, HiddenWidth = 64, Depth = 2, Heads = 2 }, new Generator(1));
        var tokens = randint(1, 23, [3, 7], dtype: ScalarType.Int64, generator: new Generator(2));
        var before = bert.Embed(tokens);
        using var model = new LowRankClassifier(bert, text => bert.Embed(text), 32, new LowRankOptions { Targets = LowRankTargets.All, Rank = 2 });
        model.AddTask("report", 3, new Generator(3));

        Assert.True(bert.Embed(tokens).SameAs(before));
        Assert.Equal(2 * 2L * ((4 * 64) + (2 * 96)), model.Adapter.ParametersPerTask);
        LowRankFixture.Stir(model.Adapter, "report", 4);
        model.call(tokens).square().sum().backward();
        Assert.All(model.Adapter.Matrices("report"), entry => Assert.True(entry.Matrix.grad!.abs().max().item<float>() > 0));   // B is not zero
    }

    [Fact]
    public void Dropout_acts_in_training_only_and_follows_its_generator()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var images = LowRankFixture.Images();
        using var model = new LowRankClassifier(vit, new LowRankOptions { Dropout = 0.5 });
        model.AddTask("one", 2, new Generator(2));
        LowRankFixture.Stir(model.Adapter, "one", 3);

        model.eval();
        var still = model.call(images);
        Assert.True(model.call(images).SameAs(still));
        model.train();
        Assert.Throws<InvalidOperationException>(() => model.call(images));
        var noisy = Enumerable.Range(0, 3).Select(round =>
        {
            model.Adapter.DropoutRandom = new Generator(round < 2 ? 5UL : 6UL);
            return model.call(images);
        }).ToArray();

        Assert.True(noisy[0].SameAs(noisy[1]));
        Assert.False(noisy[0].SameAs(noisy[2]));
        Assert.False(noisy[0].SameAs(still));
    }

    [Fact]
    public void Runs_in_bfloat16_as_training_does()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var images = LowRankFixture.Images();
        using var model = LowRankFixture.Served(vit, "one");
        model.TrainOnly("one");
        var full = model.call(images);

        Tensor half;
        using (Autocast.Use(ScalarType.BFloat16))
        {
            half = model.call(images);
        }

        half.to(ScalarType.Float32).sum().backward();
        Assert.Equal(ScalarType.BFloat16, half.dtype);
        Assert.InRange(((half.to(ScalarType.Float32) - full).abs().max() / full.abs().max()).item<float>(), 1e-6, 0.05);
        Assert.All(model.Adapter.Matrices("one"), entry => Assert.Equal(ScalarType.Float32, entry.Matrix.grad!.dtype));
    }

    [Fact]
    public void Wrong_settings_and_models_are_refused_in_one_sentence()
    {
        using var vit = LowRankFixture.Vit();
        using var net = ResNetOptions.ResNet18.Create(new Generator(1));

        Assert.Contains("0 to 2", Refused(new LowRankOptions { Blocks = [1, 3] }).Message, StringComparison.Ordinal);
        Assert.Contains("target", Refused(new LowRankOptions { Targets = LowRankTargets.None }).Message, StringComparison.Ordinal);
        Refused(new LowRankOptions { Rank = 0 });
        Refused(new LowRankOptions { Alpha = 0 });
        Refused(new LowRankOptions { Dropout = 1 });
        Refused(new LowRankOptions { Blocks = [0, 0] });
        Refused(new LowRankOptions { Under = "visual." });
        Assert.Contains("Bert", Assert.Throws<ArgumentException>(() => new LowRankAdapter(net)).Message, StringComparison.Ordinal);
        using var adapter = new LowRankAdapter(vit);
        Assert.Throws<InvalidOperationException>(() => new LowRankAdapter(vit));
        Assert.Throws<InvalidOperationException>(adapter.Merge);
        Assert.Throws<ArgumentException>(() => adapter.Switch("x"));
        adapter.AddTask("x", new Generator(1));
        Assert.Throws<ArgumentException>(() => adapter.AddTask("x", new Generator(1)));

        ArgumentException Refused(LowRankOptions options) => Assert.ThrowsAny<ArgumentException>(() => new LowRankAdapter(vit, options));
    }

    [Fact]
    public void Attaching_adding_switching_and_detaching_leave_no_tensor_behind()
    {
        using var vit = LowRankFixture.Vit();
        Round();
        var before = TensorCount.Now();

        Round();

        Assert.Equal(before, TensorCount.Now());

        void Round()
        {
            using var scope = NewDisposeScope();
            using var adapter = new LowRankAdapter(vit, new LowRankOptions { Targets = LowRankTargets.All });
            adapter.AddTask("one", new Generator(2));
            adapter.AddTask("two", new Generator(2));
            adapter.Switch("one");
            adapter.Merge();
            vit.call(LowRankFixture.Images());
        }
    }
}
