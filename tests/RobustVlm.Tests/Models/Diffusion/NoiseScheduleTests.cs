using RobustVlm.Models.Diffusion;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Models.Diffusion;

public sealed class NoiseScheduleTests : IDisposable
{
    private readonly NoiseSchedule _schedule = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images;
    private readonly Tensor _noise;

    public NoiseScheduleTests()
    {
        var random = new Generator(1);
        _images = (rand([3, 1, 4, 4], dtype: ScalarType.Float64, generator: random) * 2) - 1;
        _noise = randn([3, 1, 4, 4], dtype: ScalarType.Float64, generator: random);
    }

    public void Dispose() => _scope.Dispose();

    [Theory, InlineData(0, 0.9999), InlineData(50, 0.969951), InlineData(90, 0.913264), InlineData(100, 0.895142), InlineData(200, 0.656347), InlineData(300, 0.394011), InlineData(500, 0.077797), InlineData(999, 4.0e-5), InlineData(-1, 1)]
    public void Keeps_the_known_share_of_the_image(int level, double kept) => Assert.Equal(kept, _schedule.AlphaBar(level), level == 999 ? 1e-6 : 6e-7);

    [Fact]
    public void A_move_to_the_same_level_changes_nothing() =>
        Assert.InRange((_schedule.Move(_images, 90, 90, _noise) - _images).abs().max().ToDouble(), 0, 1e-12);

    [Fact]
    public void The_true_noise_gives_the_image_back() =>
        Assert.InRange((_schedule.Denoised(_schedule.Noised(_images, 300, _noise), 300, _noise) - _images).abs().max().ToDouble(), 0, 1e-12);

    [Fact]
    public void The_true_noise_moves_an_image_along_its_own_path()
    {
        var moved = _schedule.Move(_schedule.Noised(_images, 300, _noise), 300, 120, _noise);

        Assert.InRange((moved - _schedule.Noised(_images, 120, _noise)).abs().max().ToDouble(), 0, 1e-12);
    }

    [Fact]
    public void Levels_of_their_own_and_one_for_all_agree()
    {
        var each = _schedule.Noised(_images, tensor(new long[] { 0, 300, 999 }), _noise);

        Assert.All(new[] { 0, 300, 999 }.Index(), level =>
            Assert.InRange((each[level.Index] - _schedule.Noised(_images, level.Item, _noise)[level.Index]).abs().max().ToDouble(), 0, 1e-12));
    }

    [Fact]
    public void A_level_outside_is_refused() =>
        Assert.Contains("0 to 999", Assert.Throws<ArgumentOutOfRangeException>(() => _schedule.AlphaBar(1000)).Message, StringComparison.Ordinal);

    [Fact]
    public void Falling_variances_are_refused() => Assert.Throws<ArgumentException>(() => new NoiseSchedule(new NoiseScheduleOptions { FirstBeta = 0.5 }));
}
