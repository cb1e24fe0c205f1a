using static TorchSharp.torch;

namespace RobustVlm.Models.Diffusion;

/// <summary>Settings of a <see cref="NoiseSchedule"/>.</summary>
public sealed record NoiseScheduleOptions
{
    /// <summary>Number of noise levels T, at least two.</summary>
    public int Levels { get; init; } = 1000;

    /// <summary>Variance that the first level adds, above zero.</summary>
    public double FirstBeta { get; init; } = 1e-4;

    /// <summary>Variance that the last level adds, below one.</summary>
    public double LastBeta { get; init; } = 0.02;
}

/// <summary>How much of an image is left at each noise level, with variances that rise linearly (Ho et al. 2020, arXiv:2006.11239), and the moves between levels.</summary>
/// <remarks>Levels count from 0, which has the first variance already; -1 stands for the clean image.</remarks>
public sealed class NoiseSchedule
{
    /// <summary>The level of an image without noise.</summary>
    public const int Clean = -1;

    private readonly double[] _kept;

    /// <summary>Makes a schedule.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public NoiseSchedule(NoiseScheduleOptions? options = null)
    {
        Options = options ?? new NoiseScheduleOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Levels, 2, nameof(options));
        if (!(Options.FirstBeta > 0 && Options.FirstBeta <= Options.LastBeta && Options.LastBeta < 1))
        {
            throw new ArgumentException("The variances rise from above 0 to below 1; choose FirstBeta at most LastBeta.", nameof(options));
        }

        _kept = new double[Options.Levels];
        var kept = 1.0;
        for (var t = 0; t < _kept.Length; t++)
        {
            kept *= 1 - (Options.FirstBeta + ((Options.LastBeta - Options.FirstBeta) * t / (_kept.Length - 1)));
            _kept[t] = kept;
        }
    }

    /// <summary>The settings.</summary>
    public NoiseScheduleOptions Options { get; }

    /// <summary>Number of noise levels T.</summary>
    public int Levels => _kept.Length;

    /// <summary>Share of the image's variance that is left at a level.</summary>
    /// <param name="level">0 to T - 1; <see cref="Clean"/> gives 1.</param>
    public double AlphaBar(int level) => level == Clean ? 1 : level >= 0 && level < _kept.Length ? _kept[level]
        : throw new ArgumentOutOfRangeException(nameof(level), level, $"Noise levels go from 0 to {_kept.Length - 1}; -1 is the clean image.");

    /// <summary>Puts noise on images, each to its own level.</summary>
    /// <param name="images">Float tensor [N, C, H, W], in [-1, 1] (or latents).</param>
    /// <param name="levels">Long tensor [N], levels in [0, T).</param>
    /// <param name="noise">Float tensor [N, C, H, W], standard normal.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    public Tensor Noised(Tensor images, Tensor levels, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(levels);
        ArgumentNullException.ThrowIfNull(noise);
        using var scope = NewDisposeScope();
        var kept = tensor(_kept, device: images.device).index_select(0, levels).view(-1, 1, 1, 1);
        return ((kept.sqrt().to(images.dtype) * images) + ((1 - kept).sqrt().to(images.dtype) * noise)).MoveToOuterDisposeScope();
    }

    /// <summary>Puts noise on images, all to one level.</summary>
    /// <param name="images">Float tensor [N, C, H, W], in [-1, 1] (or latents).</param>
    /// <param name="level">0 to T - 1.</param>
    /// <param name="noise">Float tensor [N, C, H, W], standard normal.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    public Tensor Noised(Tensor images, int level, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(noise);
        var kept = AlphaBar(level);
        return (images * Math.Sqrt(kept)).add_(noise * Math.Sqrt(1 - kept));
    }

    /// <summary>The clean image that a noisy one and its noise belong to.</summary>
    /// <param name="noisy">Float tensor [N, C, H, W].</param>
    /// <param name="level">Its level, 0 to T - 1.</param>
    /// <param name="noise">Float tensor [N, C, H, W], the noise as predicted.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    public Tensor Denoised(Tensor noisy, int level, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        var kept = AlphaBar(level);
        return (noisy - (noise * Math.Sqrt(1 - kept))).div_(Math.Sqrt(kept));
    }

    /// <summary>Moves an image to another level without chance, in either direction (DDIM, Song et al. 2021, arXiv:2010.02502, eq. 12 with sigma 0).</summary>
    /// <param name="noisy">Float tensor [N, C, H, W].</param>
    /// <param name="from">Its level, 0 to T - 1.</param>
    /// <param name="to">The new level, <see cref="Clean"/> to T - 1.</param>
    /// <param name="noise">Float tensor [N, C, H, W], the noise as predicted at the old level.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    public Tensor Move(Tensor noisy, int from, int to, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        var kept = AlphaBar(to);
        return Denoised(noisy, from, noise).mul_(Math.Sqrt(kept)).add_(noise * Math.Sqrt(1 - kept));
    }
}
