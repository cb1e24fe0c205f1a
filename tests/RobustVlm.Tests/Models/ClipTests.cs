using RobustVlm.Engine;
using RobustVlm.Models;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Models;

public sealed class ClipTests
{
    [Theory]
    [InlineData(ClipTower.Transformer)]
    [InlineData(ClipTower.ResNet)]
    public void Names_and_shapes_are_those_of_the_layout(ClipTower tower)
    {
        var options = tower == ClipTower.Transformer
            ? TinyClip.Options
            : TinyClip.Options with { Image = TinyClip.Options.Image with { Tower = tower, ImageSize = 64, Width = 4, Stages = new StageDepths(2, 1, 1, 1) } };
        using var model = new Clip(options, new torch.Generator(1));

        var actual = model.state_dict().ToDictionary(pair => pair.Key, pair => string.Join(',', pair.Value.shape));
        var expected = ClipLayout.Shapes(options).ToDictionary(pair => pair.Key, pair => string.Join(',', pair.Value));

        Assert.Equal(expected.OrderBy(pair => pair.Key), actual.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Layout_of_the_published_model_is_matched()
    {
        // OpenAI's ViT-B/32: 151 277 313 weights in 302 tensors.
        var shapes = ClipLayout.Shapes(ClipOptions.ViTB32);

        Assert.Equal(302, shapes.Count);
        Assert.Equal(151_277_313, shapes.Values.Sum(shape => shape.Aggregate(1L, (product, size) => product * size)));
        Assert.Equal([768, 3, 32, 32], shapes["visual.conv1.weight"]);
        Assert.Equal([50, 768], shapes["visual.positional_embedding"]);
        Assert.Equal([2304, 768], shapes["visual.transformer.resblocks.11.attn.in_proj_weight"]);
        Assert.Equal([768, 768], shapes["visual.transformer.resblocks.0.attn.out_proj.weight"]);
        Assert.Equal([768, 3072], shapes["visual.transformer.resblocks.0.mlp.c_proj.weight"]);
        Assert.Equal([2048], shapes["transformer.resblocks.5.mlp.c_fc.bias"]);
        Assert.Equal([49408, 512], shapes["token_embedding.weight"]);
        Assert.Equal([512, 512], shapes["text_projection"]);
        Assert.Equal([768, 512], shapes["visual.proj"]);
        Assert.Equal([], shapes["logit_scale"]);
    }

    [Fact]
    public void The_mini_model_has_the_size_it_states()
    {
        var weights = ClipLayout.Shapes(ClipOptions.Mini).Values.Sum(shape => shape.Aggregate(1L, (product, size) => product * size));

        Assert.InRange(weights, 1_200_000, 1_300_000);
    }

    [Fact]
    public void Every_weight_gets_a_gradient()
    {
        using var scope = torch.NewDisposeScope();
        var model = TinyClip.Create(seed: 1);
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 6);

        var logits = model.call(images, tokens);
        logits.log_softmax(1).diagonal().sum().backward();

        Assert.Equal([6, 6], logits.shape);
        Assert.All(model.named_parameters(), pair =>
        {
            var gradient = pair.parameter.grad;
            Assert.True(gradient is not null, $"{pair.name} has no gradient");
            Assert.True(gradient.isfinite().all().item<bool>(), $"{pair.name} has a gradient that is not finite");
            Assert.True(gradient.abs().max().item<float>() > 0, $"{pair.name} has a zero gradient");
        });
    }

    [Fact]
    public void Same_seed_gives_the_same_model_and_another_seed_another()
    {
        using var first = TinyClip.Create(seed: 1);
        _ = torch.rand(7);   // the global generator must not matter
        using var second = TinyClip.Create(seed: 1);
        using var third = TinyClip.Create(seed: 2);

        var (a, b, c) = (first.state_dict(), second.state_dict(), third.state_dict());

        Assert.All(a.Keys, name => Assert.True(a[name].SameAs(b[name]), name));
        Assert.False(a["visual.conv1.weight"].SameAs(c["visual.conv1.weight"]));
    }

    [Fact]
    public void A_model_made_inside_a_scope_survives_it()
    {
        Clip model;
        using (torch.NewDisposeScope())
        {
            model = TinyClip.Create(seed: 1);
        }

        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 2);
        using var logits = model.call(images, tokens);

        Assert.Equal([2, 2], logits.shape);
    }

    [Fact]
    public void Padding_does_not_change_an_embedding()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var model = TinyClip.Create(seed: 1);
        var brief = torch.tensor(new long[] { 5, 6, 7 }).view(1, 3);
        var padded = torch.tensor(new long[] { 5, 6, 7, 0, 0, 0 }).view(1, 6);

        Assert.InRange((model.EncodeText(brief) - model.EncodeText(padded)).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void A_text_of_padding_alone_stays_finite()
    {
        using var scope = torch.NewDisposeScope();
        var model = TinyClip.Create(seed: 1);

        var embedding = model.EncodeText(torch.zeros([1, 4], dtype: torch.ScalarType.Int64));

        Assert.True(embedding.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_causal_text_ignores_what_follows_its_end()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var options = TinyClip.Options with
        {
            Text = TinyClip.Options.Text with { Causal = true, Pooling = TextPooling.EndOfText },
        };
        var model = new Clip(options, new torch.Generator(1));
        var one = torch.tensor(new long[] { 5, 6, 39, 1, 2 }).view(1, 5);
        var other = torch.tensor(new long[] { 5, 6, 39, 3, 4 }).view(1, 5);

        Assert.InRange((model.EncodeText(one) - model.EncodeText(other)).abs().max().item<float>(), 0, 1e-6);
    }

    [Fact]
    public void The_end_token_can_be_any_index()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var text = TinyClip.Options.Text with { Causal = true, Pooling = TextPooling.EndOfText };
        var byLargest = new Clip(TinyClip.Options with { Text = text }, new torch.Generator(1));
        var byIndex = new Clip(TinyClip.Options with { Text = text with { EndToken = 2 } }, new torch.Generator(1));
        var tokens = torch.tensor(new long[] { 5, 39, 2, 7, 0 }).view(1, 5);
        var untilEnd = torch.tensor(new long[] { 5, 39, 2 }).view(1, 3);
        var untilLargest = torch.tensor(new long[] { 5, 39 }).view(1, 2);

        Assert.InRange((byIndex.EncodeText(tokens) - byIndex.EncodeText(untilEnd)).abs().max().item<float>(), 0, 1e-6);
        Assert.InRange((byLargest.EncodeText(tokens) - byLargest.EncodeText(untilLargest)).abs().max().item<float>(), 0, 1e-6);
        Assert.False(byIndex.EncodeText(tokens).SameAs(byLargest.EncodeText(tokens)));
    }

    [Fact]
    public void The_logit_scale_stops_at_one_hundred()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var model = TinyClip.Create(seed: 1);

        Assert.Equal(1 / 0.07, model.LogitScale().item<float>(), 3);
        model.get_parameter("logit_scale")!.fill_(10);   // every Clip has it
        Assert.Equal(100, model.LogitScale().item<float>(), 3);
    }

    [Fact]
    public void A_forward_pass_leaves_only_its_result()
    {
        using var model = TinyClip.Create(seed: 1);
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 2);
        using var noGradient = torch.no_grad();
        model.call(images, tokens).Dispose();
        var before = TensorCount.Now();

        using (torch.NewDisposeScope())
        {
            model.call(images, tokens);
        }

        Assert.Equal(before, MemoryInfo.Now().LiveTensors);
    }

    [Fact]
    public void Logits_stay_in_full_precision_inside_autocast()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var model = TinyClip.Create(seed: 1);
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 8);
        var exact = model.call(images, tokens);

        using var brief = Autocast.Use(torch.ScalarType.BFloat16);
        var logits = model.call(images, tokens);

        Assert.Equal(torch.ScalarType.Float32, logits.dtype);
        Assert.Equal(64, logits.flatten().Values<float>().Distinct().Count());   // bfloat16 logits would tie
        Assert.InRange((logits - exact).abs().max().item<float>(), 0, 0.5);
    }

    [Fact]
    public void Images_and_tokens_of_the_wrong_size_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        var model = TinyClip.Create(seed: 1);

        Assert.Contains("[N, 1, 16, 16]", Refusal(() => model.EncodeImage(torch.zeros([1, 3, 16, 16]))), StringComparison.Ordinal);
        Assert.Contains("[1, 1, 8, 8]", Refusal(() => model.EncodeImage(torch.zeros([1, 1, 8, 8]))), StringComparison.Ordinal);
        Assert.Contains("T up to 8", Refusal(() => model.EncodeText(torch.zeros([1, 9], dtype: torch.ScalarType.Int64))), StringComparison.Ordinal);
        Assert.Contains("int64", Refusal(() => model.EncodeText(torch.zeros([1, 4]))), StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        var image = TinyClip.Options.Image;

        Assert.Contains("patches of 5", Refusal(() => Create(TinyClip.Options with { Image = image with { PatchSize = 5 } })), StringComparison.Ordinal);
        Assert.Contains("3 heads", Refusal(() => Create(TinyClip.Options with { Image = image with { Heads = 3 } })), StringComparison.Ordinal);
        Assert.Contains("not 2", Refusal(() => Create(TinyClip.Options with { Image = image with { Channels = 2 } })), StringComparison.Ordinal);
        Assert.Contains("at most at 100", Refusal(() => Create(TinyClip.Options with { InitialLogitScale = 0 })), StringComparison.Ordinal);
    }

    private static Clip Create(ClipOptions options) => new(options, new torch.Generator(1));

    private static string Refusal(Func<object> action) => Assert.ThrowsAny<ArgumentException>(action).Message;
}
