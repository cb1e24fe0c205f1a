using System.Globalization;
using RobustVlm.Methods.Ran;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Notebook 03: models that learned from poisoned pairs, and heads behind them; live for one seed, and from the sweep's stored runs for all.</summary>
public sealed class RanExperiment : IDisposable
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    public const string Id = RanSweep.Id;

    private const double LargestRatio = 0.9;
    private const double LargestBudget = 64;

    private readonly Lab _lab;
    private RanData? _data;

    /// <summary>Makes the experiment.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public RanExperiment(Lab lab, RanExperimentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? RanExperimentOptions.For(lab.Scale);
        if (Options.Shown < 1 || Options.LookedAt < Options.Shown || Options.LookedAt > Options.Live.Pairs)
        {
            throw new ArgumentException($"Of {Options.Live.Pairs} pairs {Options.LookedAt} cannot be poisoned and {Options.Shown} shown; show at least one and poison at least as many.", nameof(options));
        }
    }

    /// <summary>The settings.</summary>
    public RanExperimentOptions Options { get; }

    private RanSizes Sizes => Options.Live;

    // Drawn once: all live cells speak of the same pictures.
    private RanData Data => _data ??= RanData.Draw(_lab, Sizes);

    /// <summary>Trains a surrogate and poisons some pairs on it.</summary>
    public RanShowcase Poison()
    {
        using var progress = Lab.Progress("Poisoning pairs");
        using var surrogate = RanUpstream.Surrogate(_lab, Sizes, Data, share => progress.Report(0.8 * share, "training a surrogate"));
        var crafted = RanUpstream.Craft(_lab, Sizes, Data, surrogate, share => progress.Report(0.8 + (0.2 * share), "poisoning"), (double)Options.LookedAt / Sizes.Pairs);
        progress.Finish($"{crafted.Count} pairs");
        return new RanShowcase(_lab, Data, crafted, RanCrafting.Measure(_lab, Data, surrogate, crafted), Options.Shown);
    }

    /// <summary>Trains a model on a mixture of one's own and one on clean pairs, both small, and fits heads behind both.</summary>
    /// <param name="ratio">Share of poisoned pairs, above 0, at most 0.9.</param>
    /// <param name="budget">Largest change of a pixel of a poisoned image, in grey levels of 255; above 0, at most 64.</param>
    /// <param name="pairing">What of a poisoned pair is poisoned.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public RanTrial Try(double ratio = 0.3, double budget = RanPlan.PoisonBudget, NoisePairing pairing = NoisePairing.Both)
    {
        if (ratio is not (> 0 and <= LargestRatio))
        {
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio, $"The share of poisoned pairs lies above 0 and is at most {LargestRatio}; without poison there would be nothing to compare.");
        }

        if (RanPoisoning.CountOf(Sizes.Pairs, ratio) == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio, $"Of {Sizes.Pairs} pairs that share is none; choose a larger one.");
        }

        if (!Enum.IsDefined(pairing))
        {
            throw new ArgumentOutOfRangeException(nameof(pairing), pairing, "Poison Both, ImageOnly or TextOnly.");
        }

        if (budget is not (> 0 and <= LargestBudget))
        {
            throw new ArgumentOutOfRangeException(nameof(budget), budget, $"The budget is in grey levels of 255, above 0 and at most {LargestBudget}.");
        }

        using var progress = Lab.Progress("Your own noise");
        using var surrogate = RanUpstream.Surrogate(_lab, Sizes, Data, share => progress.Report(0.15 * share, "training a surrogate"));
        using var clean = RanUpstream.Model(_lab, new RanRunOptions { Kind = RanRunKind.Fit, Sizes = Sizes }, Data, (share, _) => progress.Report(0.15 + (0.2 * share), "training on clean pairs"));
        using var crafted = RanUpstream.Craft(_lab, Sizes, Data, surrogate, share => progress.Report(0.35 + (0.15 * share), "poisoning"), ratio, budget);
        var (images, captions) = crafted.Mix(Data.Pairs.Images, Data.Pairs.Reports, ratio, pairing);
        using var mixed = images;
        using var noisy = RanUpstream.Ready(_lab, RanUpstream.Train(_lab, "upstream", Sizes, mixed, captions, null, share => progress.Report(0.5 + (0.25 * share), "training on the mixture")));
        var trial = new RanTrial(
            string.Create(CultureInfo.InvariantCulture, $"{crafted.Count} of {Sizes.Pairs} pairs poisoned ({ratio:P0}), {RanTrial.NameOf(pairing)}, images by at most {RanScores.Grey(budget)}"),
            RanTrial.Score(_lab, Sizes, Data, clean, share => progress.Report(0.75 + (0.12 * share), "heads")),
            RanTrial.Score(_lab, Sizes, Data, noisy, share => progress.Report(0.87 + (0.13 * share), "heads")));
        progress.Finish($"2 models of {Sizes.Steps} updates");
        return trial;
    }

    /// <summary>The sweep's stored runs: those at Paper scale in a lab of that scale, those at Demo scale otherwise.</summary>
    public RanRuns Stored() => new(_lab, _lab.Scale == Scale.Paper ? Scale.Paper : Scale.Demo);

    /// <summary>The study on somebody's own pairs of image and report, and on a checkpoint of one's own.</summary>
    /// <param name="layout"><c>mimic-cxr</c> or <c>roco</c>.</param>
    /// <param name="folder">Where the set was unpacked; null takes the set's environment variable.</param>
    /// <param name="checkpoint">A CLIP checkpoint; null takes <see cref="RanOwnPairs.CheckpointVariable"/>, and the shipped mini CLIP without it.</param>
    /// <param name="options">Settings; null takes those of the scale.</param>
    public RanOwnPairs OwnPairs(string layout, string? folder = null, string? checkpoint = null, RanOwnPairsOptions? options = null) => RanOwnPairs.Run(_lab, layout, folder, checkpoint, options);

    /// <summary>Writes some drawn pairs in the layout of a set, to try <see cref="OwnPairs"/> on.</summary>
    /// <param name="layout"><c>mimic-cxr</c> or <c>roco</c>.</param>
    /// <returns>The folder.</returns>
    public string WriteExamplePairs(string layout) => RanPairFolder.WriteExample(_lab, layout);

    /// <summary>Frees the pictures.</summary>
    public void Dispose() => _data?.Dispose();
}
