using RobustVlm.Attacks;
using RobustVlm.Methods.Training;
using RobustVlm.Methods.ZeroShot;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.ZeroShot;

/// <summary>Known numbers: divergences worked out by hand, the published schedule, and how much each form of the loss weighs.</summary>
public sealed class PmgAftTests
{
    [Theory]
    [InlineData(new double[] { 3, 2, 1 }, new double[] { 1, 2, 3 }, 1.150421)]
    [InlineData(new double[] { 1, 0.5, 0 }, new double[] { 2, 0, -1 }, 0.323018)]   // teacher, student
    [InlineData(new double[] { 2, 0, -1 }, new double[] { 1, 0.5, 0 }, 0.255111)]
    public void Divergences(double[] from, double[] to, double expected)
    {
        using var scope = NewDisposeScope();

        Assert.Equal(expected, EmbeddingMath.Divergence(tensor(from).unsqueeze(0), tensor(to).unsqueeze(0)).item<double>(), 6);
    }

    [Theory]
    [InlineData(0, 5e-8)]
    [InlineData(499, 2.5e-5)]
    [InlineData(999, 5e-5)]
    [InlineData(1000, 5e-5)]
    [InlineData(2455, 2.5e-5)]
    public void Learning_rates_of_the_released_code(int step, double expected)
    {
        var recipe = new PmgAft(new PmgAftOptions { Mode = PmgAftMode.Repository }).Recipe;

        Assert.Equal(3910, recipe.Training.Steps);
        Assert.Equal(expected, recipe.EffectiveTraining.LearningRateAt(step), 12);
    }

    [Fact]
    public void A_share_of_the_steps_warms_up()
    {
        var training = (new FineTuningOptions { WarmUpShare = 0.25 } with { Training = new TrainingOptions { Steps = 400, LearningRate = 1 } }).EffectiveTraining;

        Assert.Equal(0.01, training.LearningRateAt(0), 9);
        Assert.Equal(1, training.LearningRateAt(99), 9);
        Assert.Equal(0.5, training.LearningRateAt(250), 9);
    }

    [Fact]
    public void Rounds_become_steps() =>
        Assert.Equal(7810, new FineTuningOptions().ForEpochs(100_000, 10).Training.Steps);

    // The trap: a divergence weighs about as much as cross-entropy in the two published forms alone, and nothing or all in a mixture of them.
    [Fact]
    public void Only_the_two_published_forms_balance_the_terms()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        const int pictures = 64;
        const int classes = 200;
        var texts = nn.functional.normalize(randn([classes, 512], dtype: ScalarType.Float64, generator: random), dim: 1);
        var labels = randint(0, classes, [pictures], dtype: ScalarType.Int64, generator: random);
        var student = nn.functional.normalize(randn([pictures, 512], dtype: ScalarType.Float64, generator: random), dim: 1);
        var teacher = nn.functional.normalize(student + (0.43 * nn.functional.normalize(randn([pictures, 512], dtype: ScalarType.Float64, generator: random), dim: 1)), dim: 1);
        var cosines = student.matmul(texts.t()).requires_grad_();

        double Ratio(double scale, bool sum)
        {
            var rows = EmbeddingMath.Divergence(teacher.matmul(texts.t()) * scale, cosines * scale);
            var divergence = autograd.grad([sum ? rows.sum() : rows.mean()], [cosines])[0];
            var entropy = autograd.grad([nn.functional.cross_entropy(cosines * scale, labels)], [cosines])[0];
            return divergence.norm().item<double>() / entropy.norm().item<double>();
        }

        Assert.InRange(Ratio(1, sum: true), 0.07, 0.1);          // as released: 0.085
        Assert.InRange(Ratio(1, sum: false), 0.0011, 0.0016);    // dead: 0.0013
        Assert.InRange(Ratio(100, sum: false), 0.4, 0.6);        // as in the paper: 0.49
        Assert.InRange(Ratio(100, sum: true), 25, 38);           // drowns the rest: 31.6
        Assert.Equal(pictures, Ratio(100, sum: true) / Ratio(100, sum: false), 6);
    }
}
