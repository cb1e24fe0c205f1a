using RobustVlm.Attacks;
using RobustVlm.Engine;
using TorchSharp;

namespace RobustVlm.Tests.Attacks;

/// <summary>A linear classifier z = W x + b with images far from black and white, all classified correctly.</summary>
internal sealed class ToyProblem : IDisposable
{
    private readonly torch.Tensor _bias;

    private ToyProblem(torch.Tensor weight, torch.Tensor bias, torch.Tensor images, torch.Tensor labels)
    {
        Weight = weight;
        _bias = bias;
        Images = images;
        Labels = labels;
    }

    internal torch.Tensor Weight { get; }   // [K, pixels]

    internal torch.Tensor Images { get; }

    internal torch.Tensor Labels { get; }

    internal Classifier Classifier => Logits;

    internal static ToyProblem Create(ulong seed, int classes = 3, int count = 16, int side = 8)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using var random = new torch.Generator(seed);
        var weight = torch.randn([classes, side * side], generator: random);
        var images = (torch.rand([count, 1, side, side], generator: random) * 0.4) + 0.3;
        var bias = -weight.sum(1) * 0.5;   // centred, so that all classes occur
        var labels = (images.flatten(1).matmul(weight.t()) + bias).argmax(1);
        return new ToyProblem(
            weight.DetachFromDisposeScope(), bias.DetachFromDisposeScope(), images.DetachFromDisposeScope(), labels.DetachFromDisposeScope());
    }

    /// <summary>Exact distance of each image to the nearest other class.</summary>
    internal double[] Distances(PixelNorm norm = PixelNorm.LInfinity)
    {
        using var scope = torch.NewDisposeScope();
        var logits = Logits(Images).to(torch.ScalarType.Float64);
        var weight = Weight.to(torch.ScalarType.Float64);
        return [.. Enumerable.Range(0, (int)Images.shape[0]).Select(n =>
        {
            var label = Labels[n].item<long>();
            return Enumerable.Range(0, (int)Weight.shape[0]).Where(k => k != label).Min(k =>
                (logits[n, label] - logits[n, k]).item<double>() / Dual(weight[label] - weight[k], norm));
        })];
    }

    internal double Accuracy(torch.Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        return Logits(images).argmax(1).eq(Labels).to(torch.ScalarType.Float64).mean().item<double>();
    }

    internal double[] Losses(torch.Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        return torch.nn.functional.cross_entropy(Logits(images), Labels, reduction: torch.nn.Reduction.None)
            .to(torch.ScalarType.Float64).Values<double>();
    }

    public void Dispose()
    {
        Weight.Dispose();
        _bias.Dispose();
        Images.Dispose();
        Labels.Dispose();
    }

    private static double Dual(torch.Tensor normal, PixelNorm norm) =>
        (norm == PixelNorm.LInfinity ? normal.abs().sum() : normal.square().sum().sqrt()).item<double>();

    private torch.Tensor Logits(torch.Tensor images) => images.flatten(1).matmul(Weight.t()) + _bias;
}
