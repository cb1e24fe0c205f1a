using RobustVlm.Models;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Models;

public sealed class LinearProbeTests
{
    [Fact]
    public void Separates_what_is_separable()
    {
        using var scope = torch.NewDisposeScope();
        var (images, labels) = Quadrants(count: 60);

        using var probe = LinearProbe.Fit(Flat, images, labels, 4);

        Assert.Equal(4, probe.ClassCount);
        Assert.True(probe.Converged);
        Assert.True(probe.Logits(images).argmax(1).SameAs(labels));
    }

    [Fact]
    public void Finds_the_minimum()
    {
        // At the minimum of a convex function the gradient, here by autograd instead of by hand, is zero.
        using var scope = torch.NewDisposeScope();
        var random = new torch.Generator(3);
        var images = torch.rand([80, 1, 3, 3], generator: random);
        var labels = torch.randint(0, 3, [80], dtype: torch.ScalarType.Int64, generator: random);   // not separable
        var options = new LinearProbeOptions { Regularisation = 0.02, Tolerance = 1e-9 };

        using var probe = LinearProbe.Fit(Flat, images, labels, 3, options);

        // Read the weights back through the public function: unit vectors along each pixel give one row each.
        var features = torch.nn.functional.normalize(images.flatten(1).to(torch.ScalarType.Float64), p: 2, dim: -1);
        var spread = features.std(0, unbiased: false);
        var standard = (features - features.mean([0])) / spread;
        var axes = torch.eye(9).view(9, 1, 3, 3);
        var bias = BiasOf(probe, axes);
        var weight = ((probe.Logits(axes) - bias).to(torch.ScalarType.Float64) * spread.unsqueeze(1)).detach().requires_grad_();
        var shift = (bias.to(torch.ScalarType.Float64) + (features.mean([0]) / spread).matmul(weight.detach())).detach().requires_grad_();
        var loss = torch.nn.functional.cross_entropy(standard.matmul(weight) + shift, labels) + (weight.square().sum() * 0.01);
        var gradients = torch.autograd.grad([loss], [weight, shift]);

        Assert.All(gradients, gradient => Assert.InRange(gradient.abs().max().item<double>(), 0, 1e-5));
    }

    [Fact]
    public void Two_fits_are_equal()
    {
        using var scope = torch.NewDisposeScope();
        var (images, labels) = Quadrants(count: 20);

        using var first = LinearProbe.Fit(Flat, images, labels, 4);
        using var second = LinearProbe.Fit(Flat, images, labels, 4, new LinearProbeOptions { BatchSize = 7 });

        Assert.InRange((first.Logits(images) - second.Logits(images)).abs().max().item<float>(), 0, 1e-4);
    }

    [Fact]
    public void More_regularisation_gives_smaller_logits()
    {
        using var scope = torch.NewDisposeScope();
        var (images, labels) = Quadrants(count: 20);

        using var free = LinearProbe.Fit(Flat, images, labels, 4, new LinearProbeOptions { Regularisation = 0.001 });
        using var tight = LinearProbe.Fit(Flat, images, labels, 4, new LinearProbeOptions { Regularisation = 1 });

        Assert.True(free.Logits(images).std().item<float>() > 2 * tight.Logits(images).std().item<float>());
    }

    [Fact]
    public void Gradients_reach_the_pixels()
    {
        using var scope = torch.NewDisposeScope();
        var (images, labels) = Quadrants(count: 12);
        using var probe = LinearProbe.Fit(Flat, images, labels, 4);
        var pixels = images.detach().requires_grad_();

        var gradient = torch.autograd.grad([probe.Logits(pixels).select(1, 0).sum()], [pixels])[0];

        Assert.True(gradient.abs().max().item<float>() > 0);
    }

    [Fact]
    public void Leaves_only_its_weights_alive()
    {
        using var scope = torch.NewDisposeScope();
        var (images, labels) = Quadrants(count: 12);
        var before = TensorCount.Now();

        using var probe = LinearProbe.Fit(Flat, images, labels, 4);

        Assert.Equal(before + 2, RobustVlm.Engine.MemoryInfo.Now().LiveTensors);
    }

    [Fact]
    public void Unusable_labels_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        var (images, labels) = Quadrants(count: 12);

        Assert.Contains("at least two classes", Refusal(() => LinearProbe.Fit(Flat, images, labels * 0, 4)), StringComparison.Ordinal);
        Assert.Contains("from 0 to 3", Refusal(() => LinearProbe.Fit(Flat, images, labels, 3)), StringComparison.Ordinal);
        Assert.Contains("per image", Refusal(() => LinearProbe.Fit(Flat, images, labels.narrow(0, 0, 3), 4)), StringComparison.Ordinal);
    }

    private static string Refusal(Func<object> action) => Assert.ThrowsAny<ArgumentException>(action).Message;

    private static torch.Tensor Flat(torch.Tensor images) => images.flatten(1);

    private static torch.Tensor BiasOf(LinearProbe probe, torch.Tensor axes)
    {
        // Logits are linear in the unit vector u: f(u) = w u + b. For u = (e0 + e1) / sqrt 2 this solves for b.
        var sum = probe.Logits(axes.narrow(0, 0, 1)) + probe.Logits(axes.narrow(0, 1, 1));
        var joint = probe.Logits((axes[0] + axes[1]).unsqueeze(0));
        return ((joint - (sum / Math.Sqrt(2))) / (1 - Math.Sqrt(2))).squeeze(0);
    }

    /// <summary>Images with one bright quarter, which is the class.</summary>
    private static (torch.Tensor Images, torch.Tensor Labels) Quadrants(int count)
    {
        var labels = torch.arange(count, dtype: torch.ScalarType.Int64).remainder(4);
        var quarter = torch.eye(4).index_select(0, labels).view(count, 1, 2, 2);
        var bright = torch.nn.functional.interpolate(quarter, [4, 4], mode: torch.InterpolationMode.Nearest);
        var noise = torch.rand([count, 1, 4, 4], generator: new torch.Generator(5));
        return ((bright * 0.5) + (noise * 0.5), labels);
    }
}
