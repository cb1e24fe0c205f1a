using System.Text.Json;
using RobustVlm.Engine;
using RobustVlm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Models;

/// <summary>Published networks, with the outputs that PyTorch 1.13.1 gives for x[i] = 0.5 + 0.5 sin(0.37 i + 0.11); skipped without the files.</summary>
public sealed class PublishedWeightsTests
{
    [SkippableTheory]
    [InlineData("resnet20-cifar10.safetensors")]
    [InlineData("resnet20-cifar10.th")]
    public void Cifar_resnet20(string file)
    {
        // The stored outputs were made with means and deviations rounded to float32, in float64 too.
        var rounded = CifarResNetOptions.ResNet20 with
        {
            PixelMean = new ChannelValues((float)0.485, (float)0.456, (float)0.406),
            PixelDeviation = new ChannelValues((float)0.229, (float)0.224, (float)0.225),
        };

        Compare("resnet20-cifar10", file, rounded, (model, x) => model.call(x));
    }

    [SkippableTheory]
    [InlineData("mnist-cnn-robust-wong.safetensors")]
    [InlineData("mnist-cnn-robust-wong.pth")]
    public void The_provably_robust_mnist_network(string file) => Compare("mnist-cnn-robust-wong", file, MnistConvNetOptions.Robust, (model, x) => model.call(x));

    [SkippableTheory]
    [InlineData("mnist-cnn-natural.safetensors")]
    [InlineData("mnist-cnn-natural.pth")]
    public void The_mnist_network_trained_without_attacks(string file) => Compare("mnist-cnn-natural", file, MnistConvNetOptions.Natural, (model, x) => model.call(x));

    [SkippableFact]
    public void A_file_of_another_network_is_refused_with_the_names() =>
        Assert.Contains(
            "conv1.weight is [16, 3, 3, 3] instead of",
            Assert.Throws<InvalidDataException>(() => Checkpoint.Load(Find("resnet20-cifar10.th"), CifarResNetOptions.ResNet20 with { Width = 8 })).Message,
            StringComparison.Ordinal);

    private static void Compare<TModel>(string name, string file, IModelOptions<TModel> options, Func<TModel, Tensor, Tensor> run)
        where TModel : nn.Module
    {
        var path = Find(file);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var expected = JsonDocument.Parse(File.ReadAllText(Find("expected.json"))).RootElement.GetProperty(name);
        long[] shape = [.. expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        var input = (((arange(shape.Aggregate(1L, (product, size) => product * size), dtype: ScalarType.Float64) * 0.37) + 0.11).sin() * 0.5).add(0.5).view(shape);

        using var model = Checkpoint.Load(path, options);
        AssertClose(expected, "float32", run(model, input.to(ScalarType.Float32)), 1e-5);
        model.to(ScalarType.Float64);
        AssertClose(expected, "float64", run(model, input), 1e-12);
    }

    private static void AssertClose(JsonElement expected, string type, Tensor actual, double tolerance)
    {
        var values = expected.GetProperty("logits").GetProperty(type).EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var found = actual.to(ScalarType.Float64).flatten().Values<double>();
        Assert.Equal(values.Length, found.Length);
        Assert.InRange(values.Zip(found, (left, right) => Math.Abs(left - right)).Max() / values.Max(Math.Abs), 0, tolerance);
    }

    private static string Find(string file)
    {
        var root = Environment.GetEnvironmentVariable("ROBUSTVLM_REALDATA");
        var path = Path.Combine(root ?? "", "_weights", file);
        Skip.If(root is null || !File.Exists(path), $"ROBUSTVLM_REALDATA names no folder with _weights/{file}.");
        return path;
    }
}
