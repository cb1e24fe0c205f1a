using System.Text.Json;
using RobustVlm.Engine;
using RobustVlm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Models;

/// <summary>Agreement with the networks whose files load: outputs in both formats, gradients in float64, and every name and shape.</summary>
/// <remarks>
/// parity-reference.json was made by PyTorch 1.13.1 from the projects' own classes: openai/CLIP (d05afc4; its layer normalisation in the input's
/// format, so that float64 is), huggingface/transformers (1ba38bb, BertForMaskedLM and CLIPModel), pytorch-image-models (aa4b585) and torchvision
/// 0.14.1. Weights are <see cref="FormulaWeights"/> of the project's own names. The loss sums each output times <c>Noise("loss." + its name)</c>. Of a
/// tensor, its norm and up to 40 (16 for a weight's gradient) evenly spaced numbers are stored.
/// </remarks>
public sealed class ParityTests : IDisposable
{
    private static readonly JsonElement s_reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Models", "parity-reference.json"))).RootElement;

    private static readonly TextEncoderOptions s_text = new()
    {
        VocabularySize = 19,
        ContextLength = 6,
        Width = 16,
        Depth = 2,
        Heads = 2,
        Activation = Activation.QuickGelu,
        Causal = true,
        Pooling = TextPooling.EndOfText,
    };

    private static readonly ClipVisionOptions s_image = new()
    {
        ImageSize = 16,
        Channels = 3,
        Width = 64,
        Depth = 2,
        Heads = 1,
        Activation = Activation.QuickGelu,
        PixelMean = ChannelValues.ClipMean,
        PixelDeviation = ChannelValues.ClipDeviation,
    };

    private static readonly VisionTransformerOptions s_vit = new() { ImageSize = 24, Width = 32, Depth = 3, MlpRatio = 4, Classes = 5 };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void OpenAI_clip_with_a_transformer() => Compare(
        "openai-clip-vit", new ClipOptions { EmbeddingSize = 12, Text = s_text, Image = s_image }, RunClip, FormulaWeights.Images(3, 3, 16, 16));

    [Fact]
    public void OpenAI_clip_with_a_resnet() => Compare(
        "openai-clip-resnet",
        new ClipOptions
        {
            EmbeddingSize = 12,
            Text = s_text with { Depth = 1 },
            Image = s_image with { Tower = ClipTower.ResNet, ImageSize = 64, Width = 8, Stages = new StageDepths(1, 2, 1, 1), Heads = 4 },
        },
        RunClip,
        FormulaWeights.Images(3, 3, 64, 64));

    [Fact]
    public void Hugging_Face_clip() => Compare(
        "huggingface-clip",
        new ClipOptions { EmbeddingSize = 12, Text = s_text, Image = s_image with { Width = 32, Heads = 2 } },
        (model, images) => new()
        {
            ["image"] = nn.functional.normalize(model.EncodeImage(images), dim: -1),
            ["text"] = nn.functional.normalize(model.EncodeText(ClipTokens()), dim: -1),
            ["logits"] = model.call(images, ClipTokens()),
        },
        FormulaWeights.Images(3, 3, 16, 16));

    [Theory]
    [InlineData("timm-vit-token")]
    [InlineData("timm-vit-average")]
    [InlineData("timm-vit-features")]
    public void Timm_vit(string name)
    {
        var options = name switch
        {
            "timm-vit-average" => s_vit with { Pooling = VisionPooling.Average },
            "timm-vit-features" => s_vit with { Classes = 0, QkvBias = false, MlpRatio = 2 },
            _ => s_vit,
        };

        Compare(name, options, (model, images) => new() { ["output"] = model.call(images), ["patches"] = model.PatchTokens(images) }, FormulaWeights.Images(2, 3, 24, 24));
    }

    [Theory]
    [InlineData("larger", 40)]
    [InlineData("smaller", 16)]
    public void Timm_positions_for_another_image_size(string kind, int size)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder.FullName, "vit.safetensors");
        using var model = s_vit.Create(new Generator(1));
        model.get_parameter("pos_embed")!.requires_grad_(false).copy_(FormulaWeights.Weight("pos_embed", [1, 10, 32]));   // every such model has it
        Checkpoint.Save(model, path);

        Assert.Contains("pos_embed is [1, 10, 32]", Assert.Throws<InvalidDataException>(() => Checkpoint.Load(path, s_vit with { ImageSize = size })).Message, StringComparison.Ordinal);
        using var resized = Checkpoint.Load(path, s_vit with { ImageSize = size }, new LoadOptions { ResizePositions = true });

        AssertClose(s_reference.GetProperty("timm-resized").GetProperty(kind), resized.get_parameter("pos_embed")!, 1e-5, kind);
    }

    [Fact]
    public void Hugging_Face_bert()
    {
        var tokens = tensor(new long[] { 2, 5, 7, 9, 3, 0, 0, 2, 11, 22, 3, 0, 0, 0, 2, 8, 1, 4, 6, 13, 3 }).view(3, 7);
        var types = tensor(new long[] { 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1 }).view(3, 7);

        Compare(
            "huggingface-bert",
            new BertOptions { VocabularySize = 23, ContextLength = 10, Width = 32, HiddenWidth = 64 },
            (model, _) => new()
            {
                ["hidden"] = model.call(tokens),
                ["typed"] = model.Encode(tokens, types),
                ["mean"] = model.Embed(tokens, BertPooling.Mean),
                ["logits"] = model.PredictTokens(tokens),
            },
            null);
    }

    [Fact]
    public void Torchvision_resnet_of_basic_blocks() => Compare(
        "torchvision-resnet-basic",
        ResNetOptions.ResNet18 with { Stages = new StageDepths(2, 1, 1, 1), Classes = 7 },
        (model, images) => new() { ["output"] = model.call(images) },
        FormulaWeights.Images(2, 3, 40, 40));

    [Fact]
    public void Torchvision_resnet50() => Compare(
        "torchvision-resnet50", ResNetOptions.ResNet50, (model, images) => new() { ["output"] = model.call(images) }, FormulaWeights.Images(1, 3, 64, 64));

    private static Dictionary<string, Tensor> RunClip(Clip model, Tensor images) => new()
    {
        ["image"] = model.EncodeImage(images),
        ["text"] = model.EncodeText(ClipTokens()),
        ["logits"] = model.call(images, ClipTokens()),
    };

    private static Tensor ClipTokens() => tensor(new long[] { 1, 4, 3, 18, 0, 0, 2, 5, 7, 6, 18, 0, 9, 18, 0, 0, 0, 0 }).view(3, 6);

    private void Compare<TModel>(string name, IModelOptions<TModel> options, Func<TModel, Tensor, Dictionary<string, Tensor>> run, Tensor? images)
        where TModel : nn.Module
    {
        using var scope = NewDisposeScope();
        var expected = s_reference.GetProperty(name);
        var path = Path.Combine(_folder.FullName, $"{name}.safetensors");
        Safetensors.Write(path, expected.GetProperty("weights").EnumerateObject().ToDictionary(
            entry => entry.Name, entry => FormulaWeights.Weight(entry.Name, [.. entry.Value.EnumerateArray().Select(size => size.GetInt64())])));
        var input = images ?? zeros(1, dtype: ScalarType.Float64);

        using var model = Checkpoint.Load(path, options);
        using (no_grad())
        {
            foreach (var (output, values) in run(model, input.to(ScalarType.Float32)))
            {
                AssertClose(expected.GetProperty("float32").GetProperty(output), values, 1e-5, output);
            }
        }

        model.to(ScalarType.Float64);
        Checkpoint.Load(model, path);   // the digits that float32 had cut off
        input.requires_grad = true;
        var loss = zeros([], dtype: ScalarType.Float64);
        foreach (var (output, values) in run(model, input))
        {
            AssertClose(expected.GetProperty("float64").GetProperty(output), values, 1e-8, output);
            loss = loss + (values * FormulaWeights.Noise("loss." + output, values.numel()).view(values.shape)).sum();
        }

        loss.backward();
        Assert.Equal(1, loss.item<double>() / expected.GetProperty("loss").GetDouble(), 1e-8);
        foreach (var gradient in expected.GetProperty("gradients").EnumerateObject())
        {
            var of = gradient.Name == "images" ? input : model.named_parameters().Single(entry => entry.name == gradient.Name).parameter;
            AssertClose(gradient.Value, of.grad ?? throw new InvalidOperationException($"{gradient.Name} has no gradient"), 1e-8, gradient.Name);
        }
    }

    private static void AssertClose(JsonElement expected, Tensor actual, double tolerance, string what)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), actual.shape);
        var values = expected.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var all = actual.detach().to(ScalarType.Float64).flatten();
        var places = Enumerable.Range(0, values.Length).Select(i => values.Length == all.numel() ? i : i * (all.numel() - 1) / (values.Length - 1));
        var largest = values.Max(Math.Abs);
        foreach (var (value, place) in values.Zip(places))
        {
            var found = all[place].item<double>();
            Assert.True(Math.Abs(found - value) <= tolerance * largest, $"{what} at {place}: {found:r} instead of {value:r}");
        }

        Assert.Equal(1, all.norm().item<double>() / expected.GetProperty("norm").GetDouble(), tolerance);
    }
}
