using RobustVlm.Models.Diffusion;
using RobustVlm.Privacy;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Privacy;

/// <summary>What every attack promises, and known answers.</summary>
public sealed class MembershipAttackTests : IDisposable
{
    private static readonly Dictionary<string, IMembershipAttack> s_attacks = new IMembershipAttack[]
    {
        new LossThreshold(), new SecMi(), new Pia(), new Pia(new PiaOptions { Normalised = true }), new SimA(), new Pfami(), new ReDiffuse(), new ReDiffuse(new ReDiffuseOptions { Variations = 1 }),
        new GanLeaks(new GanLeaksOptions { Samples = 6, Steps = 3 }),
    }.ToDictionary(attack => attack.Name);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = rand([6, 1, 8, 8], dtype: ScalarType.Float64, generator: new Generator(1));
    private readonly DiffusionModel _model = new(new ToyPredictor());

    public static TheoryData<string> Attacks => new(s_attacks.Keys);

    public void Dispose() => _scope.Dispose();

    [Theory, MemberData(nameof(Attacks))]
    public void A_score_follows_from_the_image_alone_and_not_from_its_batch(string name)
    {
        var attack = s_attacks[name];
        var all = Score(attack, new CandidateImages(_images));

        var backwards = Score(attack, new CandidateImages(_images.flip(0), ids: [5, 4, 3, 2, 1, 0]));

        Assert.True(all.Distinct().Count() > 1);
        Assert.All(all.Reverse().Zip(backwards), pair => Assert.Equal(pair.First, pair.Second, 1e-9 * Math.Max(1, Math.Abs(pair.First))));
        if (attack.Access != AttackAccess.Generation)
        {
            Assert.Equal(all[3], Score(attack, new CandidateImages(_images.narrow(0, 3, 1), ids: [3]))[0], 1e-9 * Math.Max(1, Math.Abs(all[3])));
        }
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Leaves_no_tensor_behind(string name)
    {
        var candidates = new CandidateImages(_images);
        using (s_attacks[name].Score(_model, candidates, new CounterNoise(new Generator(1))))
        {
        }

        var before = TensorCount.Now();
        s_attacks[name].Score(_model, candidates, new CounterNoise(new Generator(1))).Dispose();

        Assert.Equal(before, TensorCount.Now());
    }

    [Fact]
    public void SecMi_is_zero_for_a_network_that_always_sees_the_same_noise()
    {
        var model = new DiffusionModel(new Constant(0.7));

        Assert.All(Score(new SecMi(), new CandidateImages(_images), model), score => Assert.InRange(score, 0, 1e-18));
    }

    [Fact]
    public void The_loss_of_a_network_that_sees_no_noise_is_the_size_of_the_noise()
    {
        var loss = Score(new LossThreshold(new LossThresholdOptions { Draws = 40 }), new CandidateImages(_images), new DiffusionModel(new Constant(0)));

        Assert.All(loss, score => Assert.InRange(score, 0.85, 1.15));
    }

    [Fact]
    public void A_score_that_is_not_finite_is_refused() => Assert.Contains(
        "diverged", Assert.Throws<InvalidOperationException>(() => Score(new SimA(), new CandidateImages(_images), new DiffusionModel(new Constant(double.NaN)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Noise_depends_on_image_and_draw()
    {
        var noise = new CounterNoise(new Generator(4));
        var like = zeros([2, 1, 8, 8]);

        var first = noise.Normal([7, 9], 0, like);

        Assert.True(first[1].SameAs(noise.Normal([9, 7], 0, like)[0]));
        Assert.False(first[0].SameAs(first[1]));
        Assert.False(first.SameAs(noise.Normal([7, 9], 1, like)));
        Assert.False(first.SameAs(new CounterNoise(new Generator(5)).Normal([7, 9], 0, like)));
    }

    [Theory, InlineData(TrajectoryReading.Previews, TrajectoryStart.Image), InlineData(TrajectoryReading.StepSweep, TrajectoryStart.Image), InlineData(TrajectoryReading.Previews, TrajectoryStart.Text), InlineData(TrajectoryReading.StepSweep, TrajectoryStart.Text)]
    public void A_series_ends_at_a_candidate_that_the_network_knows(TrajectoryReading reading, TrajectoryStart start)
    {
        var candidates = new CandidateImages(_images);
        var knowing = new DiffusionModel(new Knowing(_model.Codec.Encode(_images)));
        var query = new TrajectoryQuery(new TrajectoryQueryOptions { Reading = reading, Start = start, Length = 3, Repeats = 2 });

        var features = query.Features(knowing, candidates, new CounterNoise(new Generator(1)));
        var others = query.Features(_model, candidates, new CounterNoise(new Generator(1)));

        Assert.Equal([6, query.Measures.Count, 3], features.shape);
        Assert.Equal(3, query.Steps.Count);
        Assert.InRange(features.select(1, 1).max().ToDouble(), 0, 1e-12);
        Assert.True(others.select(1, 1).min().ToDouble() > 1e-4);
    }

    private double[] Score(IMembershipAttack attack, CandidateImages candidates, DiffusionModel? model = null) =>
        attack.Score(model ?? _model, candidates, new CounterNoise(new Generator(1))).data<double>().ToArray();

    private sealed class Constant(double value) : INoisePredictor
    {
        public Tensor Predict(Tensor noisy, Tensor levels, Tensor? captions) => full_like(noisy, value);
    }

    private sealed class Knowing(Tensor clean) : INoisePredictor
    {
        private readonly NoiseSchedule _schedule = new();

        public Tensor Predict(Tensor noisy, Tensor levels, Tensor? captions)
        {
            var kept = _schedule.AlphaBar((int)levels[0].item<long>());
            return (noisy - (clean * Math.Sqrt(kept))) / Math.Sqrt(1 - kept);
        }
    }
}
