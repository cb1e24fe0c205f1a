using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Attacks.Text;
using RobustVlm.Methods.Training;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>Settings of <see cref="RanPoisoning"/>.</summary>
public sealed record RanPoisoningOptions
{
    /// <summary>The attack on images: towards the features of another image. AttackVLM's budget, with fewer steps.</summary>
    public FeaturePgdOptions ImageAttack { get; init; } = new() { Epsilon = PixelBudget.Of255(8), StepSize = PixelBudget.Of255(1), Steps = 20 };

    /// <summary>Images attacked at once, at least one.</summary>
    public int BatchSize { get; init; } = 256;
}

/// <summary>
/// Poisons image-text pairs before pre-training, after RAN (Han et al. 2024, arXiv:2407.02716): images move towards others in a surrogate's features, captions are falsified.
/// Pairs are replaced, never added.
/// </summary>
/// <remarks>The attacks come from a surrogate and never from the model that is trained. The paper's budgets, ratios and targets are not known.</remarks>
public sealed class RanPoisoning
{
    private readonly RanPoisoningOptions _options;

    /// <summary>Makes it.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    public RanPoisoning(RanPoisoningOptions? options = null)
    {
        _options = options ?? new RanPoisoningOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        _ = new FeaturePgd(_options.ImageAttack);
    }

    /// <summary>The order in which pairs are poisoned. Of one order, the poisoned pairs of a small ratio are among those of a larger one.</summary>
    /// <param name="count">Number of pairs.</param>
    /// <param name="random">Source of the order.</param>
    public static IReadOnlyList<long> Order(long count, Generator random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        return randperm(count, dtype: ScalarType.Int64, device: random.device, generator: random).cpu().data<long>().ToArray();
    }

    /// <summary>How many pairs a ratio poisons.</summary>
    /// <param name="count">Number of pairs.</param>
    /// <param name="ratio">Share of poisoned pairs, 0 to 1.</param>
    public static int CountOf(long count, double ratio) => ratio is >= 0 and <= 1 ? (int)Math.Round(ratio * count)
        : throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "The share of poisoned pairs is from 0 to 1.");

    /// <summary>For each pair the one whose image it is moved to: every image is a target once, and none of its own kind where a kind is at most half of all.</summary>
    /// <param name="kinds">What each image shows, e.g. its class; equal numbers are the same.</param>
    /// <param name="random">Source of the choice.</param>
    /// <exception cref="ArgumentException">There is only one kind.</exception>
    public static IReadOnlyList<long> Targets(IReadOnlyList<long> kinds, Generator random)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        if (kinds.Distinct().Count() < 2)
        {
            throw new ArgumentException("All images show the same, so there is no other kind to move them to; give labels of at least two kinds, or each image a number of its own.", nameof(kinds));
        }

        var shuffled = Order(kinds.Count, random).GroupBy(place => kinds[(int)place]).OrderBy(kind => kind.Key).ToArray();
        long[] sorted = [.. shuffled.SelectMany(kind => kind)];
        var shift = Math.Max(1, shuffled.Max(kind => kind.Count()));   // beyond the end of any kind
        var targets = new long[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            targets[sorted[i]] = sorted[(i + shift) % sorted.Length];
        }

        return targets;
    }

    /// <summary>Crafts poisoned forms of some pairs.</summary>
    /// <param name="surrogate">The model whose features and texts are attacked, in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]: all images.</param>
    /// <param name="captions">For each image its captions.</param>
    /// <param name="places">Which pairs, e.g. the beginning of <see cref="Order"/>.</param>
    /// <param name="targets">For every one of the N pairs its target, see <see cref="Targets"/>.</param>
    /// <param name="text">The attack on captions, e.g. <see cref="CaptionRewrite"/>.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>The poisoned forms; dispose them when done.</returns>
    /// <exception cref="ArgumentException">Images, captions, places or targets do not fit.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public PoisonedPairs Craft(
        IImageTextModel surrogate, Tensor images, IReadOnlyList<IReadOnlyList<string>> captions, IReadOnlyList<long> places, IReadOnlyList<long> targets,
        ITextAttack text, Generator random, Action<double>? progress = null)
    {
        const double shareOfImages = 0.8;
        ArgumentNullException.ThrowIfNull(surrogate);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(captions);
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(random);
        if (captions.Count != images.shape[0] || targets.Count != images.shape[0] || places.Any(place => place < 0 || place >= images.shape[0]) || places.Distinct().Count() != places.Count)
        {
            throw new ArgumentException("Give captions and a target for each image, and different places among the images.", nameof(places));
        }

        if (places.Count == 0)
        {
            return new PoisonedPairs([], images.narrow(0, 0, 0).clone().DetachFromDisposeScope(), []);
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var imageRandom = new Generator(TrainingSeeds.Draw(random), images.device);
        using var textRandom = new Generator(TrainingSeeds.Draw(random));
        var attack = new FeaturePgd(_options.ImageAttack);
        var moved = new List<Tensor>();
        for (var first = 0; first < places.Count; first += _options.BatchSize)
        {
            using var part = NewDisposeScope();
            long[] own = [.. places.Skip(first).Take(_options.BatchSize)];
            var batch = images.index_select(0, tensor(own, device: images.device));
            var wanted = images.index_select(0, tensor(own.Select(place => targets[(int)place]).ToArray(), device: images.device));
            moved.Add(attack.Towards(surrogate.EmbedImages, batch, wanted, imageRandom, share => progress?.Invoke(shareOfImages * (first + (share * own.Length)) / places.Count)).MoveToOuterDisposeScope());
        }

        string[] before = [.. places.SelectMany(place => captions[(int)place])];
        var after = text.Perturb(surrogate, before, textRandom, share => progress?.Invoke(shareOfImages + ((1 - shareOfImages) * share)));
        var (next, falsified) = (0, new List<IReadOnlyList<string>>());
        foreach (var place in places)
        {
            var own = captions[(int)place].Count;
            falsified.Add([.. after.Skip(next).Take(own)]);
            next += own;
        }

        return new PoisonedPairs([.. places], cat(moved, 0).DetachFromDisposeScope(), falsified);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"images: {new FeaturePgd(_options.ImageAttack).Name} towards other images, {_options.ImageAttack.Epsilon}");
}
