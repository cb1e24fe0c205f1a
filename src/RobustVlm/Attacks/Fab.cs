using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Settings of <see cref="Fab"/>. The defaults are those of AutoAttack's FAB-T.</summary>
public sealed record FabOptions
{
    /// <summary>Largest change, L-infinity or L2; the norm is the one in which the attack looks for the closest error.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

    /// <summary>Number of steps per target class and run, at least one.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>
    /// Number of target classes, those of the largest other logits of the clean image, one after the other (all, where there are fewer);
    /// null heads for the closest class anew at each step, at the cost of one backward pass per class.
    /// </summary>
    public int? Targets { get; init; } = 9;

    /// <summary>Number of runs per target class, at least one; all but the first start from a random point within half the budget.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Largest share with which each step is drawn back to the clean image, 0 to 1; α_max in the paper.</summary>
    public double LargestBias { get; init; } = 0.1;

    /// <summary>Factor by which each step passes the boundary, at least 1; η in the paper.</summary>
    public double Overshoot { get; init; } = 1.05;

    /// <summary>Share of the change that is left after an error was found, 0 to 1; β in the paper.</summary>
    public double Retreat { get; init; } = 0.9;

    /// <summary>Number format of the gradients: float32, or bfloat16 where speed matters more. Errors are confirmed in float32.</summary>
    public ScalarType GradientType { get; init; } = ScalarType.Float32;
}

/// <summary>
/// Fast adaptive boundary attack: looks for the smallest change that makes the classifier err (Croce and Hein 2020, arXiv:1907.02044),
/// by default towards chosen classes (FAB-T).
/// </summary>
/// <remarks>
/// Each step takes the decision boundary as a plane, moves onto it within [0, 1], passes it a little and leans back to the clean image.
/// An image counts as broken when an error within the budget is found, and then leaves the batch; all others are returned unchanged.
/// Images do not influence one another.
/// </remarks>
public sealed class Fab : IImageAttack
{
    private const double SmallestSize = 1e-8;

    private readonly FabOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="options">Budget, steps, target classes, runs; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, no runs or no targets.</exception>
    public Fab(FabOptions? options = null)
    {
        _options = options ?? new FabOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Restarts, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Targets ?? 1, 1, nameof(options));
    }

    /// <inheritdoc/>
    public string Name => (_options.Targets is null ? "FAB" : "FAB-T") + (_options.Restarts == 1 ? "" : $"x{_options.Restarts}");

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageAttack WithEpsilon(PixelBudget epsilon) => new Fab(_options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public Tensor Perturb(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null)
    {
        AttackInput.Check(classifier, images, labels, random);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var clean = images.detach();
        if (_options.Epsilon.Value == 0)
        {
            return clean.clone().MoveToOuterDisposeScope();
        }

        var (points, sizes) = Closest(classifier, clean, labels, random, _options.Epsilon.Value, progress);
        return where(sizes.le(_options.Epsilon.Value).view(-1, 1, 1, 1), points, clean).MoveToOuterDisposeScope();
    }

    /// <summary>The closest error found for each image, at whatever distance.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <param name="random">Source of random starts.</param>
    /// <param name="enough">An image for which an error at this distance is known is left alone; negative searches to the end.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <returns>Images [N, C, H, W] and their distances [N]: 0 where the clean image errs, infinite (and the clean image) where nothing was found.</returns>
    internal (Tensor Points, Tensor Sizes) Closest(
        Classifier classifier, Tensor images, Tensor labels, Generator random, double enough = -1, Action<double>? progress = null)
    {
        Interruption.ThrowIfRequested();
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var logits = InputGradient.Losses(classifier, images, labels).Logits;
        var classes = logits.shape[1];
        var ranked = AttackTargets.Ranked(logits, labels);
        var points = images.clone();
        var sizes = zeros([images.shape[0]], dtype: images.dtype, device: images.device)
            .masked_fill_(logits.argmax(1).eq(labels), double.PositiveInfinity);
        var targets = _options.Targets is { } count ? Math.Min(count, classes - 1) : 1;
        var runs = targets * _options.Restarts;
        for (var run = 0; run < runs; run++)
        {
            using var runScope = NewDisposeScope();
            var target = _options.Targets is null ? null : ranked[TensorIndex.Colon, run / _options.Restarts];
            using var search = new Search(_options.Epsilon.Norm, images, labels, target, points, sizes, enough);
            if (search.Count > 0)
            {
                if (run % _options.Restarts > 0)
                {
                    using var start = RandomStart.OnSurface(images, Epsilon.WithValue(Epsilon.Value / 2), random);
                    search.StartAt(start);
                }

                Walk(classifier, search, classes, enough, share => progress?.Invoke((run + share) / runs));
            }
        }

        progress?.Invoke(1);
        return (points.MoveToOuterDisposeScope(), sizes.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    private void Walk(Classifier classifier, Search search, long classes, double enough, Action<double> progress)
    {
        for (var step = 0; step < _options.Steps && search.Drop(enough); step++)
        {
            Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            var (normal, margin) = search.Target is { } target
                ? Boundary(classifier, search, AttackLosses.TargetedMargin(target))
                : ClosestBoundary(classifier, search, classes);
            Move(search, normal, margin);
            var wrong = InputGradient.Losses(classifier, search.Now, search.Labels).Logits.argmax(1).ne(search.Labels);
            search.Keep(wrong);
            search.Now.copy_(where(wrong.view(-1, 1, 1, 1), search.Clean + ((search.Now - search.Clean) * _options.Retreat), search.Now));
            progress((step + 1.0) / _options.Steps);
        }

        search.Finish();
    }

    private void Move(Search search, Tensor normal, Tensor margin)
    {
        var now = search.Now.flatten(1);
        var clean = search.Clean.flatten(1);
        var moves = HyperplaneProjection.Moves(stack([now, clean]), normal, (normal * now).sum(1) - margin, _options.Epsilon.Norm);
        var sizes = (_options.Epsilon.Norm == PixelNorm.LInfinity
            ? moves.abs().amax([-1], keepdim: true)
            : moves.square().sum(-1, keepdim: true).sqrt_()).clamp_min_(SmallestSize);
        var bias = (sizes[0] / (sizes[0] + sizes[1])).clamp_max_(_options.LargestBias);
        var ahead = moves.mul_(_options.Overshoot);
        search.Now.copy_(((now + ahead[0]) * (1 - bias)).add_((clean + ahead[1]) * bias).clamp_(0, 1).view_as(search.Now));
    }

    private (Tensor Normal, Tensor Margin) Boundary(Classifier classifier, Search search, LossPerImage margin)
    {
        var (gradient, losses, _) = InputGradient.Of(classifier, search.Now, search.Labels, _options.GradientType, margin);
        return (gradient.flatten(1), losses);
    }

    /// <summary>Of all boundaries with the true class, the one that is closest when taken as a plane.</summary>
    private (Tensor Normal, Tensor Margin) ClosestBoundary(Classifier classifier, Search search, long classes)
    {
        Tensor? normal = null, margin = null, distance = null;
        for (var k = 0L; k < classes; k++)
        {
            var (w, f) = Boundary(classifier, search, AttackLosses.TargetedMargin(full_like(search.Labels, k)));
            var length = _options.Epsilon.Norm == PixelNorm.LInfinity ? w.abs().sum(1) : w.square().sum(1).sqrt_();
            var away = (f.abs() / length.add_(1e-12)).masked_fill_(search.Labels.eq(k), double.PositiveInfinity);
            if (normal is null || margin is null || distance is null)
            {
                (normal, margin, distance) = (w, f, away);
                continue;
            }

            var closer = away.lt(distance);
            normal = where(closer.unsqueeze(1), w, normal);
            (margin, distance) = (where(closer, f, margin), where(closer, away, distance));
        }

        return (normal!, margin!);   // there are at least two classes
    }

    /// <summary>The images still searched in one run, and the closest errors so far; smaller whenever some of them are done.</summary>
    private sealed class Search : IDisposable
    {
        private readonly PixelNorm _norm;
        private readonly Tensor _points;
        private readonly Tensor _sizes;
        private readonly RowState _rows;
        private readonly bool _targeted;

        internal Search(PixelNorm norm, Tensor images, Tensor labels, Tensor? targets, Tensor points, Tensor sizes, double enough)
        {
            using var scope = NewDisposeScope();
            (_norm, _points, _sizes, _targeted) = (norm, points, sizes, targets is not null);
            var places = sizes.gt(enough).nonzero().flatten();
            Tensor[] given = [images, labels, images, points, sizes, .. targets is null ? Array.Empty<Tensor>() : [targets]];
            _rows = new RowState([places, .. given.Select(tensor => tensor.index_select(0, places))]);
        }

        internal long Count => _rows.Count;

        internal Tensor Clean => _rows[1];

        internal Tensor Labels => _rows[2];

        internal Tensor Now => _rows[3];

        internal Tensor? Target => _targeted ? _rows[6] : null;

        private Tensor Places => _rows[0];

        private Tensor BestPoints => _rows[4];

        private Tensor BestSizes => _rows[5];

        /// <summary>Takes the starting points from a tensor of the whole batch.</summary>
        internal void StartAt(Tensor start)
        {
            using var chosen = start.index_select(0, Places);
            Now.copy_(chosen);
        }

        internal void Keep(Tensor wrong)
        {
            var sizes = PixelBall.Sizes(Now - Clean, _norm);
            var closer = wrong.logical_and(sizes.lt(BestSizes));
            BestPoints.copy_(where(closer.view(-1, 1, 1, 1), Now, BestPoints));
            BestSizes.copy_(where(closer, sizes, BestSizes));
        }

        /// <summary>Takes out the images that need no closer error; false when none is left.</summary>
        internal bool Drop(double enough)
        {
            using var scope = NewDisposeScope();
            var left = BestSizes.gt(enough).nonzero().flatten();
            if (left.shape[0] < Count)
            {
                Finish();
                _rows.Keep(left);
            }

            return Count > 0;
        }

        internal void Finish()
        {
            _points.index_copy_(0, Places, BestPoints);
            _sizes.index_copy_(0, Places, BestSizes);
        }

        public void Dispose() => _rows.Dispose();
    }
}
