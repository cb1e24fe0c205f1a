using System.Text.Json;
using RobustVlm.Attacks;
using RobustVlm.Engine;
using RobustVlm.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Attacks;

/// <summary>
/// FAB on linear models, where the closest error is known, and against FABAttack_PT of fra31/auto-attack (a392200), whose float() was made
/// to mean float64: 40 steps of attack_single_run on eight images of 64 numbers, the closest point over the four targets, and which images
/// perturb() breaks within a budget. The model is tanh((x - 0.5) W1') W2' of <see cref="FormulaWeights"/>; the last image is given a wrong label.
/// </summary>
public sealed class FabTests
{
    private static readonly JsonElement s_reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Attacks", "fab-square-reference.json"))).RootElement;

    [Theory]
    [InlineData(PixelNorm.LInfinity, true)]
    [InlineData(PixelNorm.L2, true)]
    [InlineData(PixelNorm.LInfinity, false)]
    [InlineData(PixelNorm.L2, false)]
    public void Ends_where_the_published_code_ends(PixelNorm norm, bool targeted)
    {
        using var scope = NewDisposeScope();
        var expected = s_reference.GetProperty($"fab{(targeted ? "T" : "")}{norm}");
        var inner = FormulaWeights.Weight("hidden.weight", [32, 64]) * 2;
        var outer = FormulaWeights.Weight("head.weight", [5, 32]) * 2;
        Tensor Model(Tensor x) => (x.flatten(1) - 0.5).matmul(inner.t()).tanh().matmul(outer.t());
        var images = FormulaWeights.Images(8, 1, 8, 8);
        var labels = tensor([.. s_reference.GetProperty("labels").EnumerateArray().Select(label => label.GetInt64())]);
        var options = new FabOptions { Epsilon = new PixelBudget(expected.GetProperty("epsilon").GetDouble(), norm), Steps = 40, Targets = targeted ? 4 : null };

        var (points, sizes) = new Fab(options).Closest(Model, images, labels, new Generator(1));
        var attacked = new Fab(options).Perturb(Model, images, labels, new Generator(1));

        AssertClose(expected.GetProperty("sizes"), sizes);
        AssertClose(expected.GetProperty("points"), points);
        bool[] broken = [.. expected.GetProperty("broken").EnumerateArray().Select(value => value.GetBoolean())];
        Assert.Equal(broken, Model(attacked).argmax(1).ne(labels).Values<bool>());
        Assert.Equal(broken.SkipLast(1), attacked.ne(images).flatten(1).any(1).Values<bool>().SkipLast(1));   // what failed is unchanged
    }

    [Theory]
    [InlineData(PixelNorm.LInfinity, 5)]
    [InlineData(PixelNorm.L2, 5)]
    [InlineData(PixelNorm.L2, null)]
    public void Finds_the_exact_distance_on_a_linear_model_within_one_percent(PixelNorm norm, int? targets)
    {
        using var toy = ToyProblem.Create(seed: 3, classes: 6, count: 150, side: 14);
        var exact = toy.Distances(norm);

        var (points, sizes) = new Fab(new FabOptions { Epsilon = new PixelBudget(0, norm), Targets = targets }).Closest(toy.Classifier, toy.Images, toy.Labels, new Generator(1));

        Assert.All(sizes.Values<float>().Zip(exact), pair => Assert.InRange(pair.First / pair.Second, 1 - 1e-5, 1.010));
        Assert.Equal(0, toy.Accuracy(points));
        points.Dispose();
        sizes.Dispose();
    }

    [Theory]
    [InlineData(PixelNorm.LInfinity)]
    [InlineData(PixelNorm.L2)]
    public void Comes_within_one_and_a_half_points_of_the_exact_robust_accuracy(PixelNorm norm)
    {
        using var toy = ToyProblem.Create(seed: 3, classes: 6, count: 200, side: 14);
        var distances = toy.Distances(norm);
        var epsilon = distances.Order().ElementAt(100);

        using var attacked = new Fab(new FabOptions { Epsilon = new PixelBudget(epsilon, norm) }).Perturb(toy.Classifier, toy.Images, toy.Labels, new Generator(1));

        Assert.InRange(toy.Accuracy(attacked), 0.5, 0.515);
    }

    [Theory]
    [InlineData(PixelNorm.LInfinity)]
    [InlineData(PixelNorm.L2)]
    public void The_last_step_holds_no_more_tensors_than_the_first(PixelNorm norm)
    {
        using var toy = ToyProblem.Create(seed: 2, count: 60);
        var epsilon = new PixelBudget(toy.Distances(norm).Order().ElementAt(40), norm);
        var alive = new List<long>();
        var sizes = new HashSet<long>();
        Tensor Watched(Tensor images)
        {
            alive.Add(MemoryInfo.Now().LiveTensors);
            sizes.Add(images.shape[0]);
            return toy.Classifier(images) + (toy.Classifier(images) * 3).sin();   // bent, so that one step is not enough
        }

        using var labels = Watched(toy.Images).argmax(1);
        TensorCount.Now();
        using var attacked = new Fab(new FabOptions { Epsilon = epsilon, Steps = 20, Restarts = 2 }).Perturb(Watched, toy.Images, labels, new Generator(1));

        Assert.True(sizes.Count > 3);   // images left the batch on the way
        Assert.InRange(alive.Max(), 0, alive.Take(6).Max() + 2);
    }

    [Fact]
    public void Does_not_depend_on_the_rest_of_the_batch()
    {
        using var toy = ToyProblem.Create(seed: 4, classes: 5);
        var attack = new Fab(new FabOptions { Epsilon = PixelBudget.Of255(2) });

        using var together = attack.Perturb(toy.Classifier, toy.Images, toy.Labels, new Generator(1));

        Assert.InRange(toy.Accuracy(together), 0.1, 0.9);   // some are broken, some not
        for (var n = 0; n < 16; n++)
        {
            using var alone = attack.Perturb(toy.Classifier, toy.Images.narrow(0, n, 1), toy.Labels.narrow(0, n, 1), new Generator(1));
            Assert.InRange((alone - together.narrow(0, n, 1)).abs().max().item<float>(), 0, 1e-6);
        }
    }

    [Fact]
    public void Restarts_never_find_less()
    {
        using var toy = ToyProblem.Create(seed: 6, classes: 4);
        Tensor Bent(Tensor images) => toy.Classifier(images) + (toy.Classifier(images) * 3).sin();
        using var labels = Bent(toy.Images).argmax(1);

        var (first, one) = new Fab(new FabOptions { Steps = 3 }).Closest(Bent, toy.Images, labels, new Generator(1));
        var (second, four) = new Fab(new FabOptions { Steps = 3, Restarts = 4 }).Closest(Bent, toy.Images, labels, new Generator(1));

        Assert.True(four.le(one).all().item<bool>());
        Assert.True(four.lt(one).any().item<bool>());
        first.Dispose();
        second.Dispose();
        one.Dispose();
        four.Dispose();
    }

    [Fact]
    public void Names_tell_whether_there_are_targets()
    {
        Assert.Equal("FAB-T", new Fab().Name);
        Assert.Equal("FABx5", new Fab(new FabOptions { Targets = null, Restarts = 5 }).Name);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fab(new FabOptions { Steps = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fab(new FabOptions { Targets = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fab(new FabOptions { Restarts = 0 }));
    }

    private static void AssertClose(JsonElement expected, Tensor actual)
    {
        double[] values = [.. expected.EnumerateArray().Select(value => value.GetDouble())];
        Assert.InRange(values.Zip(actual.flatten().Values<double>(), (left, right) => Math.Abs(left - right)).Max(), 0, 1e-6);
    }
}
