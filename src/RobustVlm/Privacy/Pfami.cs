using RobustVlm.Models.Diffusion;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Settings of <see cref="Pfami"/>. The defaults are those of its metric form: ten crops, ten noise levels.</summary>
public sealed record PfamiOptions
{
    /// <summary>Number of crops, at least two.</summary>
    public int Crops { get; init; } = 10;

    /// <summary>Side of the first crop as a share of the image's.</summary>
    public double LargestCrop { get; init; } = 0.95;

    /// <summary>Side of the last crop.</summary>
    public double SmallestCrop { get; init; } = 0.7;

    /// <summary>Number of noise levels, from 0 on.</summary>
    public int Levels { get; init; } = 10;

    /// <summary>From one noise level to the next.</summary>
    public int LevelStep { get; init; } = 50;

    /// <summary>Images at once.</summary>
    public int BatchSize { get; init; } = 256;
}

/// <summary>How much the loss of an image lies below that of its crops: members sit in a local minimum (PFAMI, metric form; Fu et al. 2023, arXiv:2308.12143).</summary>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class Pfami(PfamiOptions? options = null) : IMembershipAttack
{
    private readonly PfamiOptions _options = options ?? new PfamiOptions();

    /// <inheritdoc/>
    public string Name => "PFAMI";

    /// <inheritdoc/>
    public AttackAccess Access => AttackAccess.GreyBox;

    /// <inheritdoc/>
    public Tensor Score(DiffusionModel model, CandidateImages candidates, CounterNoise noise)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Crops, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Levels, 1);
        return candidates.Map(_options.BatchSize, batch =>
        {
            var own = Loss(batch.Images, 0);
            var crops = Enumerable.Range(0, _options.Crops).Select(crop => Loss(Cropped(batch.Images, crop), crop + 1));
            return own - (crops.Aggregate((sum, loss) => sum + loss) / _options.Crops);

            Tensor Loss(Tensor images, int version)
            {
                using var scope = NewDisposeScope();
                var x = model.Codec.Encode(images);
                var losses = Enumerable.Range(0, _options.Levels).Select(i => LossThreshold.Of(
                    model, x, batch, i * _options.LevelStep, noise, LossThreshold.Draw(i * _options.LevelStep, 500 + version)));
                return (losses.Aggregate((sum, loss) => sum + loss) / _options.Levels).MoveToOuterDisposeScope();
            }
        });
    }

    private Tensor Cropped(Tensor images, int crop)
    {
        var share = _options.LargestCrop - ((_options.LargestCrop - _options.SmallestCrop) * crop / (_options.Crops - 1));
        var (height, width) = (images.shape[2], images.shape[3]);
        var (rows, columns) = ((long)(height * share), (long)(width * share));
        var part = images.narrow(2, (height - rows) / 2, rows).narrow(3, (width - columns) / 2, columns);
        return nn.functional.interpolate(part, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
    }
}
