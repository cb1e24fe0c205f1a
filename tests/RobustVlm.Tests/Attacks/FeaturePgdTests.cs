using RobustVlm.Attacks;
using RobustVlm.Engine;
using RobustVlm.Tests.Attacks.Pairs;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks;

public sealed class FeaturePgdTests : IDisposable
{
    private readonly ToyPairs _toy = new();
    private readonly torch.Tensor _images = ToyPairs.Images(4);
    private readonly torch.Generator _random = new(1);

    public static TheoryData<double, bool> Budgets => new() { { 8, false }, { 0.4, true }, { 0, false } };

    public void Dispose()
    {
        _images.Dispose();
        _random.Dispose();
        Interruption.Clear();
    }

    [Theory, MemberData(nameof(Budgets))]
    public void Comes_closer_to_its_target_within_the_budget(double size, bool euclidean)
    {
        using var scope = torch.NewDisposeScope();
        var budget = euclidean ? PixelBudget.L2(size) : PixelBudget.Of255(size);
        var targets = _images.index_select(0, torch.tensor(new long[] { 1, 2, 3, 0 }));
        var wanted = _toy.EmbedImages(targets);
        foreach (var start in Enum.GetValues<StartPoint>())
        {
            var attack = new FeaturePgd(new() { Epsilon = budget, Steps = 10, Start = start });

            var attacked = attack.Towards(_toy.EmbedImages, _images, targets, _random);

            var change = attacked - _images;
            Assert.InRange(PixelBall.Sizes(change, budget.Norm).max().item<double>(), 0, budget.Value + 1e-9);
            Assert.True(attacked.ge(0).logical_and(attacked.le(1)).all().item<bool>());
            var gain = EmbeddingMath.Cosines(_toy.EmbedImages(attacked), wanted) - EmbeddingMath.Cosines(_toy.EmbedImages(_images), wanted);
            Assert.True((size == 0 ? gain.eq(0) : gain.gt(0)).all().item<bool>());
        }
    }

    [Fact]
    public void Goes_away_from_its_own_features_although_the_gradient_is_zero_there()
    {
        using var attacked = new FeaturePgd(new() { Steps = 10 }).Away(_toy.EmbedImages, _images, _random);
        using var cosines = EmbeddingMath.Cosines(_toy.EmbedImages(attacked), _toy.EmbedImages(_images));

        Assert.True(cosines.lt(0.999).all().item<bool>());
    }

    [Fact]
    public void A_step_of_another_norm_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new FeaturePgd(new() { Epsilon = PixelBudget.L2(0.5), StepSize = PixelBudget.Of255(2) }));

        Assert.Contains("same norm", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_linear_encoder_of_one_feature_the_corner_is_reached()
    {
        // The cosine to a target rises with x0 and falls with x1, so the best point is a corner of the ball.
        using var scope = torch.NewDisposeScope();
        var image = torch.full([1, 1, 1, 2], 0.5, dtype: torch.ScalarType.Float64);
        var target = torch.tensor(new[] { 0.9, 0.1 }).view(1, 1, 1, 2);

        var attacked = new FeaturePgd(new() { Steps = 20 }).Towards(pixels => pixels.flatten(1), image, target, _random);

        Assert.Equal(0.5 + (8 / 255.0), attacked[0, 0, 0, 0].item<double>(), 12);
        Assert.Equal(0.5 - (8 / 255.0), attacked[0, 0, 0, 1].item<double>(), 12);
    }

    [Fact]
    public void Leaves_no_tensor_alive_reports_progress_and_stops()
    {
        var shares = new List<double>();
        var attack = new FeaturePgd(new() { Steps = 3 });
        attack.Towards(Encode, _images, _images, _random).Dispose();
        var before = TensorCount.Now();

        attack.Towards(Encode, _images, _images, _random, shares.Add).Dispose();

        Assert.Equal(before, MemoryInfo.Now().LiveTensors);
        Assert.Equal([1 / 3.0, 2 / 3.0, 1], shares);
        Interruption.Request();
        Assert.Throws<OperationCanceledException>(() => attack.Away(_toy.EmbedImages, _images, _random));

        torch.Tensor Encode(torch.Tensor pixels) => _toy.EmbedImages(pixels);
    }

    [Fact]
    public void Refuses_a_wrong_number_of_targets() =>
        Assert.Contains("one target", Assert.Throws<ArgumentException>(() => new FeaturePgd().Towards(_toy.EmbedImages, _images, _images.narrow(0, 0, 1), _random)).Message, StringComparison.Ordinal);
}
