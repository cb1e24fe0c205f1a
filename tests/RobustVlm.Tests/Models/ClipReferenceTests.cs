using System.Text.Json;
using RobustVlm.Engine;
using RobustVlm.Methods;
using RobustVlm.Models;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Models;

/// <summary>Agreement with an independent implementation.</summary>
/// <remarks>
/// clip-reference.json was made with PyTorch 1.13 from nn.MultiheadAttention, nn.LayerNorm, nn.Conv2d and nn.Embedding put together as in
/// OpenAI's model: images of 8 pixels in patches of 4, width 8, two heads, two blocks in both encoders, 11 words, context 6, embedding 4.
/// The k-th parameter in alphabetical order holds sin(0.7 i + k) / 2 at its i-th place; logit_scale is log 5. "openai" is RGB, QuickGELU, causal,
/// pooled at the largest token; "mini" is grey, GELU, padding masked with key_padding_mask, mean over the rest.
/// </remarks>
public sealed class ClipReferenceTests
{
    private static readonly ClipOptions Base = new()
    {
        EmbeddingSize = 4,
        Image = new ClipVisionOptions
        {
            ImageSize = 8,
            PatchSize = 4,
            Width = 8,
            Depth = 2,
            Heads = 2,
            Activation = Activation.Gelu,
        },
        Text = new TextEncoderOptions
        {
            VocabularySize = 11,
            ContextLength = 6,
            Width = 8,
            Depth = 2,
            Heads = 2,
            Activation = Activation.Gelu,
            Causal = false,
            Pooling = TextPooling.Mean,
        },
    };

    private static readonly Dictionary<string, ClipOptions> Kinds = new()
    {
        ["mini"] = Base,
        ["openai"] = Base with
        {
            Image = Base.Image with
            {
                Channels = 3,
                Activation = Activation.QuickGelu,
                PixelMean = new ChannelValues(0.48, 0.45, 0.40),
                PixelDeviation = new ChannelValues(0.26, 0.25, 0.27),
            },
            Text = Base.Text with { Activation = Activation.QuickGelu, Causal = true, Pooling = TextPooling.EndOfText },
        },
    };

    private static readonly JsonDocument Reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Models", "clip-reference.json")));

    public static TheoryData<string> Names => new(Kinds.Keys);

    [Theory, MemberData(nameof(Names))]
    public void A_block_agrees(string kind)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var model = CreateModel(kind);
        var block = model.named_modules().Single(pair => pair.name == "visual.transformer.resblocks.0").module;

        var output = Assert.IsType<TransformerBlock>(block).call(Wave(0.3, 2, 5, 8), null);

        AssertClose(Expected(kind, "block"), output);
    }

    [Theory, MemberData(nameof(Names))]
    public void Embeddings_and_logits_agree(string kind)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var model = CreateModel(kind);

        AssertClose(Expected(kind, "image"), model.EncodeImage(Images(kind)));
        AssertClose(Expected(kind, "text"), model.EncodeText(Tokens()));
        AssertClose(Expected(kind, "logits"), model.call(Images(kind), Tokens()));
    }

    [Theory, MemberData(nameof(Names))]
    public void Loss_and_gradients_agree(string kind)
    {
        using var scope = torch.NewDisposeScope();
        var model = CreateModel(kind);
        var images = Images(kind).requires_grad_();

        var loss = ContrastiveLoss.Paired(model.call(images, Tokens()));
        loss.backward();

        Assert.Equal(Reference.RootElement.GetProperty(kind).GetProperty("loss").GetDouble(), loss.item<float>(), 5);
        AssertClose(Expected(kind, "pixelGradient"), images.grad![0, 0], 1e-6);   // backward has just filled it
        var norms = Reference.RootElement.GetProperty(kind).GetProperty("gradientNorms");
        Assert.All(model.named_parameters(), pair =>
        {
            var expected = norms.GetProperty(pair.name).GetDouble();
            var actual = pair.parameter.grad!.norm().item<float>();
            Assert.True(Math.Abs(expected - actual) <= 1e-5 + (1e-3 * expected), $"{pair.name}: {expected} against {actual}");
        });
    }

    [Theory, MemberData(nameof(Names))]
    public void Loss_with_equal_texts_agrees(string kind)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var model = CreateModel(kind);
        var tokens = torch.tensor(new long[] { 1, 2, 1, 2, 3, 3 }).view(3, 2);   // the first two texts are the same

        var loss = ContrastiveLoss.MultiPositive(model.call(Images(kind), Tokens()), tokens);

        Assert.Equal(Reference.RootElement.GetProperty(kind).GetProperty("multiPositive").GetDouble(), loss.item<float>(), 5);
    }

    private static Clip CreateModel(string kind)
    {
        var model = new Clip(Kinds[kind], new torch.Generator(1));
        using var noGradient = torch.no_grad();
        var ordered = model.named_parameters().OrderBy(pair => pair.name, StringComparer.Ordinal).Index();
        foreach (var (index, (_, parameter)) in ordered)
        {
            var steps = torch.arange(parameter.numel(), dtype: torch.ScalarType.Float64);
            parameter.copy_(((steps * 0.7) + index).sin().mul(0.5).view(parameter.shape));
        }

        model.get_parameter("logit_scale")!.fill_(Math.Log(5));   // every Clip has it
        return model;
    }

    private static torch.Tensor Images(string kind) => (Wave(0.37, 3, Kinds[kind].Image.Channels, 8, 8) * 0.5) + 0.5;

    private static torch.Tensor Tokens() =>
        torch.tensor(new long[] { 1, 4, 3, 10, 0, 0, 2, 5, 7, 6, 10, 0, 9, 10, 0, 0, 0, 0 }).view(3, 6);

    private static torch.Tensor Wave(double frequency, params long[] shape)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        return (torch.arange(count, dtype: torch.ScalarType.Float64) * frequency).sin().to(torch.ScalarType.Float32).view(shape);
    }

    private static double[] Expected(string kind, string name) =>
        [.. Reference.RootElement.GetProperty(kind).GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    private static void AssertClose(double[] expected, torch.Tensor actual, double tolerance = 2e-5)
    {
        var values = actual.detach().to(torch.ScalarType.Float64).flatten().Values<double>();
        Assert.Equal(expected.Length, values.Length);
        Assert.All(expected.Zip(values), pair => Assert.InRange(pair.Second - pair.First, -tolerance, tolerance));
    }
}
