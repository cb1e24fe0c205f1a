using RobustVlm.Methods.Nullspaces;
using RobustVlm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.Nullspaces;

public sealed class EncoderNoiseTests : IDisposable
{
    private static readonly EncoderNoiseOptions s_quick = new() { Limit = 4, LearningRate = 0.1, IsRelative = true, MaxSteps = 300, ScheduleSteps = 300, Epsilon = 0.002, BatchSize = 8 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly VisionTransformer _model = SmallVit.Formula();
    private readonly Tensor _images = SmallVit.Images(24).to(ScalarType.Float64);

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Learned_noise_meets_epsilon_and_is_longer_than_random_noise_that_does()
    {
        using var random = new Generator(1);

        using var learned = new EncoderNoiseSearch(s_quick).Find(_model, _images, random);
        using var drawn = new EncoderNoiseSearch(s_quick).FindRandom(_model, _images, random);

        Assert.True(learned.Reached && drawn.Reached);
        Assert.True(learned.Criteria[^1] < 0.002 && learned.Criteria[^2] >= 0.002);
        Assert.Equal(learned.Steps + 1, learned.Criteria.Count);
        Assert.True(learned.Norm > 1.5 * drawn.Norm, $"{learned.Norm} and {drawn.Norm}");
        Assert.True(learned.StartNorm > learned.Norm);
    }

    [Fact]
    public void The_search_leaves_weights_modes_and_gradients_alone()
    {
        using var random = new Generator(1);
        var before = WeightChecksum.Of(_model);
        _model.train();

        using var found = new EncoderNoiseSearch(s_quick with { MaxSteps = 3 }).Find(_model, _images, random);

        Assert.Equal(before, WeightChecksum.Of(_model));
        Assert.True(_model.training);
        Assert.All(_model.parameters(), weight => Assert.True(weight.requires_grad && weight.grad is null));
    }

    [Fact]
    public void Equal_seeds_find_equal_noise_and_nothing_stays_alive()
    {
        double Find(ulong seed)
        {
            using var random = new Generator(seed);
            using var found = new EncoderNoiseSearch(s_quick with { MaxSteps = 4 }).Find(_model, _images, random, (images, draws) => images + (0.01 * rand(images.shape, generator: draws)));
            return found.Norm;
        }

        var first = Find(1);
        var before = TensorCount.Now();
        var second = Find(1);

        Assert.Equal(before, TensorCount.Now());
        Assert.Equal(first, second);
        Assert.NotEqual(first, Find(2));
    }

    [Fact]
    public void A_larger_lambda_gives_longer_noise()
    {
        double[] norms = [.. new[] { 0.03, 0.3, 2 }.Select(lambda =>
        {
            using var random = new Generator(1);
            using var found = new EncoderNoiseSearch(EncoderNoiseOptions.ForLambda(lambda) with { MaxSteps = 100, ScheduleSteps = 100, BatchSize = 8 }).Find(_model, _images, random);
            return found.Norm;
        })];

        Assert.Equal(norms.Order(), norms);
        Assert.True(norms[2] > 1.2 * norms[0]);
    }

    [Fact]
    public void Controls_keep_the_length_and_those_in_tokens_that_of_every_token()
    {
        using var random = new Generator(1);
        var noise = randn(1, 16, 16, generator: random) * arange(1, 17, dtype: ScalarType.Float32).view(1, 16, 1);

        var (permuted, inTokens, drawn) = (EncoderNoise.Permuted(noise, random), EncoderNoise.PermutedInTokens(noise, random), EncoderNoise.RandomOfSameNorm(noise, random));

        Assert.All([permuted, inTokens, drawn], control => Assert.Equal(EncoderNoise.LengthOf(noise), EncoderNoise.LengthOf(control), 1e-3));
        Assert.True((Lengths(noise) - Lengths(inTokens)).abs().max().item<float>() < 1e-3);
        Assert.True((Lengths(noise) - Lengths(permuted)).abs().max().item<float>() > 1);
        Assert.Equal(noise.flatten().sort().Values.sum().item<float>(), permuted.flatten().sort().Values.sum().item<float>(), 1e-2);
        Assert.False(noise.equal(permuted).all().item<bool>());
        static Tensor Lengths(Tensor tokens) => tokens.square().sum(2).sqrt();
    }

    [Fact]
    public void Scaling_by_nothing_and_mixing_a_noise_with_itself_are_what_they_should_be()
    {
        using var random = new Generator(1);
        var noise = randn([1, 16, 16], dtype: ScalarType.Float64, generator: random) * 3;
        var whole = EncoderNoiseEffect.Of(_model, _images, noise);

        var scaled = EncoderNoiseEffect.Scaled(_model, _images, noise, [0, 1]);
        var mixed = EncoderNoiseEffect.Mixed(_model, _images, noise, noise, [0.3]);

        Assert.Equal((1, 0), (scaled[0].Agreement, scaled[0].ProbabilityDistance));
        Assert.Equal(whole, scaled[1]);
        Assert.Equal(whole.ProbabilityDistance, mixed[0].ProbabilityDistance, 1e-9);
        Assert.InRange(whole.Agreement, 0, 0.99);
    }

    [Theory]
    [InlineData(EncoderNoiseObjective.DistanceAgainstNorm, 0)]
    [InlineData(EncoderNoiseObjective.SquaredDistance, 1)]
    public void A_lambda_without_its_objective_or_the_other_way_round_is_refused(EncoderNoiseObjective objective, double lambda) =>
        Assert.Contains("ForLambda", Assert.Throws<ArgumentException>(() => new EncoderNoiseSearch(new() { Objective = objective, Lambda = lambda })).Message, StringComparison.Ordinal);
}
