using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Models.Diffusion;

/// <summary>Settings of <see cref="DiffusionSampler"/>.</summary>
public sealed record DiffusionSamplerOptions
{
    /// <summary>Moves from the first level to the clean image, at least one.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>Share of chance in each move: 0 is DDIM, 1 DDPM (with as many steps as levels, that of Ho et al. 2020 with the smaller variance).</summary>
    public double Chance { get; init; }

    /// <summary>How much a caption's effect is exaggerated; 1 takes it as it is.</summary>
    public double Guidance { get; init; } = 1;

    /// <summary>Whether each estimate of the clean image is cut to [-1, 1], which keeps the sampler from diverging; for pixels.</summary>
    public bool Clip { get; init; } = true;

    /// <summary>Every level once, with chance: the sampler of Ho et al. 2020 (arXiv:2006.11239).</summary>
    public static DiffusionSamplerOptions Ddpm { get; } = new() { Steps = 1000, Chance = 1 };
}

/// <summary>Draws images from noise, or goes on from noisy ones: DDIM and DDPM in one form (Song et al. 2021, arXiv:2010.02502, eq. 12 and 16).</summary>
/// <param name="model">The model.</param>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class DiffusionSampler(DiffusionModel model, DiffusionSamplerOptions? options = null)
{
    private readonly DiffusionSamplerOptions _options = Checked(options ?? new DiffusionSamplerOptions());

    /// <summary>The levels of a run, from the first to the last before the clean image, evenly spread.</summary>
    /// <param name="first">Level it starts at, 0 to T - 1.</param>
    public IReadOnlyList<int> Levels(int first)
    {
        _ = model.Schedule.AlphaBar(first);
        var steps = Math.Min(_options.Steps, first + 1);
        return [.. Enumerable.Range(0, steps).Select(i => (int)Math.Round((first + 1) * (steps - i) / (double)steps) - 1)];
    }

    /// <summary>Takes the noise off.</summary>
    /// <param name="noisy">Float tensor [N, C, H, W], in the codec's form, at the first level.</param>
    /// <param name="first">Its level; T - 1 for pure noise.</param>
    /// <param name="captions">Long tensor [N, T], tokens; null for no caption.</param>
    /// <param name="chance">Gives the noise of a step, float [N, C, H, W]; needed where <see cref="DiffusionSamplerOptions.Chance"/> is above 0.</param>
    /// <param name="preview">Told each step's number, from 0, and its estimate of the clean image, float [N, C, H, W] in the codec's form; it must not keep that.</param>
    /// <returns>Float tensor [N, C, H, W], in the codec's form.</returns>
    public Tensor Run(Tensor noisy, int first, Tensor? captions = null, Func<int, Tensor>? chance = null, Action<int, Tensor>? preview = null)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        if (_options.Chance > 0 && chance is null)
        {
            throw new ArgumentException("A sampler with chance needs noise for every step; give it, or set Chance to 0.", nameof(chance));
        }

        using var noGradient = no_grad();
        using var whole = NewDisposeScope();
        var (levels, x) = (Levels(first), noisy);
        foreach (var (i, level) in levels.Index())
        {
            Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            var noise = model.Noise(x, level, captions, _options.Guidance);
            var clean = model.Schedule.Denoised(x, level, noise);
            clean = _options.Clip ? clean.clamp_(-1, 1) : clean;
            preview?.Invoke(i, clean);
            x = Next(x, clean, level, i + 1 < levels.Count ? levels[i + 1] : NoiseSchedule.Clean, step => chance!(step), i).MoveToOuterDisposeScope();
        }

        return x.MoveToOuterDisposeScope();
    }

    private Tensor Next(Tensor noisy, Tensor clean, int level, int next, Func<int, Tensor> chance, int step)
    {
        var (kept, then) = (model.Schedule.AlphaBar(level), model.Schedule.AlphaBar(next));
        var deviation = _options.Chance * Math.Sqrt((1 - then) / (1 - kept) * (1 - (kept / then)));   // eq. (16)

        // Taken anew, so that it fits an estimate that was cut.
        var noise = (noisy - (clean * Math.Sqrt(kept))).div_(Math.Sqrt(1 - kept));
        var moved = (clean * Math.Sqrt(then)).add_(noise * Math.Sqrt(Math.Max(0, 1 - then - (deviation * deviation))));   // eq. (12)
        return deviation > 0 ? moved.add_(chance(step) * deviation) : moved;
    }

    private static DiffusionSamplerOptions Checked(DiffusionSamplerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Guidance, nameof(options));
        return options.Chance is >= 0 and <= 1 ? options : throw new ArgumentOutOfRangeException(nameof(options), options.Chance, "Choose Chance from 0 to 1.");
    }
}
