using RobustVlm.Models.Diffusion;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>How the output at several generative steps is come by; the paper's abstract fits both.</summary>
public enum TrajectoryReading
{
    /// <summary>One run; its estimates of the clean image after several moves, as interfaces show them for progress.</summary>
    Previews,

    /// <summary>Several runs with different numbers of moves; only final images are needed.</summary>
    StepSweep,
}

/// <summary>What is asked of the model.</summary>
public enum TrajectoryStart
{
    /// <summary>An image for the candidate's caption, from pure noise.</summary>
    Text,

    /// <summary>A variation of the candidate, noised up to a level and denoised.</summary>
    Image,
}

/// <summary>Settings of <see cref="TrajectoryQuery"/>.</summary>
public sealed record TrajectoryQueryOptions
{
    /// <summary>How the series is come by.</summary>
    public TrajectoryReading Reading { get; init; }

    /// <summary>What is asked.</summary>
    public TrajectoryStart Start { get; init; } = TrajectoryStart.Image;

    /// <summary>Images of a series, at least two: previews of one run; or runs of 1, 2, 4, … moves.</summary>
    public int Length { get; init; } = 8;

    /// <summary>Level up to which a candidate is noised, as a share of all levels; text starts from pure noise.</summary>
    public double Strength { get; init; } = 0.2;

    /// <summary>How much the caption's effect is exaggerated; 1 when attacking.</summary>
    public double Guidance { get; init; } = 1;

    /// <summary>Series per candidate, with noise of their own; their features are averaged.</summary>
    public int Repeats { get; init; } = 4;

    /// <summary>Images at once.</summary>
    public int BatchSize { get; init; } = 256;
}

/// <summary>
/// Asks a model for series of images and measures how they approach the candidate (our reading of Cilloni et al. 2023, arXiv:2311.09355, of which only the abstract
/// could be had: outputs at several generative steps become features of a classifier).
/// </summary>
/// <param name="options">Settings; null takes the defaults.</param>
/// <param name="distances">Distances to measure; null takes <see cref="ImageDistances.Plain"/>.</param>
public sealed class TrajectoryQuery(TrajectoryQueryOptions? options = null, IReadOnlyList<ImageDistance>? distances = null)
{
    private readonly TrajectoryQueryOptions _options = Checked(options ?? new TrajectoryQueryOptions());
    private readonly IReadOnlyList<ImageDistance> _distances = distances ?? ImageDistances.Plain;

    /// <summary>The distances, one row of features each.</summary>
    public IReadOnlyList<string> Measures => [.. _distances.Select(distance => distance.Name)];

    /// <summary>Images of a series.</summary>
    public int Length => _options.Length;

    /// <summary>What the images of a series are.</summary>
    public IReadOnlyList<string> Steps => _options.Reading == TrajectoryReading.Previews
        ? [.. Enumerable.Range(1, _options.Length).Select(step => $"preview {step}")]
        : [.. Enumerable.Range(0, _options.Length).Select(i => $"{1 << i} steps")];

    /// <summary>Measures candidates.</summary>
    /// <param name="model">The model under attack.</param>
    /// <param name="candidates">The images.</param>
    /// <param name="noise">Source of all randomness.</param>
    /// <returns>Float64 tensor [N, M, K] on the CPU: M distances at K steps.</returns>
    public Tensor Features(DiffusionModel model, CandidateImages candidates, CounterNoise noise)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(noise);
        return candidates.Map(_options.BatchSize, batch =>
        {
            var repeats = Enumerable.Range(0, _options.Repeats).Select(repeat =>
            {
                using var scope = NewDisposeScope();
                var series = Series(model, batch, noise, repeat);
                var features = _distances.Select(distance => stack(series.Select(image => distance.Between(batch.Images, image)), 1));
                return stack(features, 1).MoveToOuterDisposeScope();
            });
            return repeats.Aggregate((sum, features) => sum + features) / _options.Repeats;
        });
    }

    /// <summary>One series for each candidate.</summary>
    /// <param name="model">The model under attack.</param>
    /// <param name="candidates">The images.</param>
    /// <param name="noise">Source of all randomness.</param>
    /// <param name="repeat">Number of the series; each has noise of its own.</param>
    /// <returns>K float tensors [N, C, H, W], pixels in [0, 1].</returns>
    public IReadOnlyList<Tensor> Series(DiffusionModel model, CandidateImages candidates, CounterNoise noise, int repeat)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(noise);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var fromText = _options.Start == TrajectoryStart.Text;
        var first = fromText ? model.Schedule.Levels - 1 : Math.Min((int)Math.Round(_options.Strength * model.Schedule.Levels), model.Schedule.Levels - 1);
        if (first < (_options.Reading == TrajectoryReading.Previews ? _options.Length : 1 << (_options.Length - 1)))
        {
            throw new InvalidOperationException($"From level {first} there are not enough moves for {_options.Length} images; choose a larger Strength or a smaller Length.");
        }

        var encoded = model.Codec.Encode(candidates.Images);
        var drawn = noise.Normal(candidates.Ids, LossThreshold.Draw(first, 200 + repeat), encoded);
        var start = fromText ? drawn : model.Schedule.Noised(encoded, first, drawn);
        DiffusionSampler Sampler(int steps) => new(model, new DiffusionSamplerOptions { Steps = steps, Guidance = _options.Guidance, Clip = model.Codec is PixelCodec });
        if (_options.Reading == TrajectoryReading.StepSweep)
        {
            return [.. Enumerable.Range(0, _options.Length).Select(i => model.Codec.Decode(Sampler(1 << i).Run(start, first, candidates.Captions)).MoveToOuterDisposeScope())];
        }

        var previews = new List<Tensor>();
        _ = Sampler(_options.Length).Run(start, first, candidates.Captions, preview: (_, clean) => previews.Add(model.Codec.Decode(clean).DetachFromDisposeScope()));
        return [.. previews.Select(preview =>
        {
            using (preview)
            {
                return preview.clone().MoveToOuterDisposeScope();
            }
        })];
    }

    private static TrajectoryQueryOptions Checked(TrajectoryQueryOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Length, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Repeats, 1, nameof(options));
        return options.Strength is > 0 and < 1 ? options : throw new ArgumentOutOfRangeException(nameof(options), options.Strength, "Choose Strength between 0 and 1.");
    }
}
