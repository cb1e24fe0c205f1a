using System.Globalization;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Settings of <see cref="Square"/>. The defaults are those of AutoAttack.</summary>
public sealed record SquareOptions
{
    /// <summary>Largest change, L-infinity or L2.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

    /// <summary>Number of changes tried per image and run after the starting stripes, at least one.</summary>
    public int Queries { get; init; } = 5000;

    /// <summary>Share of the pixels in the first windows, above 0 up to 1; p in the paper.</summary>
    public double WindowShare { get; init; } = 0.8;

    /// <summary>
    /// Whether windows shrink by the share of the queries that is used, as if there were 10,000 (the original paper's code); if not, they
    /// shrink after fixed numbers of queries (AutoAttack).
    /// </summary>
    public bool RescaleSchedule { get; init; }

    /// <summary>Number of independent runs, at least one.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Number format of the queries: float32, or bfloat16 where speed matters more. Whether an image is broken is decided in float32.</summary>
    public ScalarType QueryType { get; init; } = ScalarType.Float32;
}

/// <summary>
/// Square attack: random squares at the border of the ball, kept when the margin of the true class falls; needs no gradient
/// (Andriushchenko et al. 2020, arXiv:1912.00049).
/// </summary>
/// <remarks>
/// Every image has its own windows and signs, as in the paper (AutoAttack's code shares them in a batch). They are drawn for the whole batch
/// at each query, so that they do not depend on which images are broken already; broken images are queried no more, and images that
/// are not broken are returned unchanged.
/// </remarks>
public sealed class Square : IImageAttack
{
    private static readonly int[] Thresholds = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];   // each halves the share of pixels

    private readonly SquareOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="options">Budget, number of queries, schedule of the windows; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no queries or runs, or the windows' share is not in (0, 1].</exception>
    public Square(SquareOptions? options = null)
    {
        _options = options ?? new SquareOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Queries, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Restarts, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.WindowShare, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.WindowShare, 1, nameof(options));
    }

    /// <inheritdoc/>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"Square-{_options.Queries}") + (_options.Restarts == 1 ? "" : $"x{_options.Restarts}");

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageAttack WithEpsilon(PixelBudget epsilon) => new Square(_options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public Tensor Perturb(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null)
    {
        AttackInput.Check(classifier, images, labels, random);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return Run(classifier, images.detach(), labels, random, progress).Images.MoveToOuterDisposeScope();
    }

    /// <summary>Attacks and counts.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <param name="random">Source of stripes, windows and signs.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <returns>Images [N, C, H, W]: broken or unchanged; and long tensor [N], how often the classifier was asked about a change of each.</returns>
    internal (Tensor Images, Tensor Queries) Run(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null)
    {
        Interruption.ThrowIfRequested();
        AttackInput.CheckSides(this, images);
        using var scope = NewDisposeScope();
        var result = images.clone();
        var queries = zeros([images.shape[0]], dtype: ScalarType.Int64, device: images.device);
        var robust = InputGradient.Losses(classifier, images, labels).Logits.argmax(1).eq(labels);
        for (var run = 0; run < _options.Restarts && _options.Epsilon.Value > 0; run++)
        {
            using var search = new Search(classifier, _options.QueryType, images, labels, robust, queries, result);
            using (NewDisposeScope())
            {
                search.Try(Start(images, search, random));
            }

            for (var query = 0; query < _options.Queries && search.Drop(); query++)
            {
                Interruption.ThrowIfRequested();
                using var step = NewDisposeScope();
                search.Try(Next(images, search, Side(query, images.shape[2]), random));
                progress?.Invoke((run + ((query + 1.0) / _options.Queries)) / _options.Restarts);
            }

            search.Drop();
        }

        progress?.Invoke(1);
        return (result.MoveToOuterDisposeScope(), queries.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    /// <summary>Side of the window of a query, from 0 on, in pixels.</summary>
    internal int Side(int query, long size)
    {
        var time = _options.RescaleSchedule ? (int)((double)query / _options.Queries * 10000) : query;
        var share = _options.WindowShare / (1 << Thresholds.Count(threshold => time > threshold));
        var side = (int)Math.Round(Math.Sqrt(share * size * size));
        side = _options.Epsilon.Norm == PixelNorm.LInfinity ? Math.Max(side, 1) : Math.Max(side, 3) | 1;   // odd in L2
        return (int)Math.Min(side, size);
    }

    private Tensor Start(Tensor images, Search search, Generator random) => _options.Epsilon.Norm == PixelNorm.LInfinity
        ? SquareWindows.Stripes(search.Clean, search.Draw(SquareWindows.StripeDraws(images.shape), random), _options.Epsilon.Value)
        : SquareWindows.Tiles(search.Clean, search.Draw(SquareWindows.TileDraws(images.shape), random), _options.Epsilon.Value);

    private Tensor Next(Tensor images, Search search, int side, Generator random)
    {
        var draws = search.Draw(SquareWindows.WindowDraws(images.shape, _options.Epsilon.Norm), random);
        return _options.Epsilon.Norm == PixelNorm.LInfinity
            ? SquareWindows.Flipped(search.Best, search.Clean, draws, side, _options.Epsilon.Value)
            : SquareWindows.Moved(search.Best, search.Clean, draws, side, _options.Epsilon.Value);
    }

    /// <summary>The images that are not broken yet, and the best change of each.</summary>
    private sealed class Search : IDisposable
    {
        private readonly Classifier _classifier;
        private readonly ScalarType _type;
        private readonly Tensor _robust;
        private readonly Tensor _queries;
        private readonly Tensor _result;
        private readonly RowState _rows;

        internal Search(Classifier classifier, ScalarType type, Tensor images, Tensor labels, Tensor robust, Tensor queries, Tensor result)
        {
            using var scope = NewDisposeScope();
            (_classifier, _type, _robust, _queries, _result) = (classifier, type, robust, queries, result);
            var places = robust.nonzero().flatten();
            var clean = images.index_select(0, places);
            var margins = full([places.shape[0]], double.NegativeInfinity, dtype: images.dtype, device: images.device);
            _rows = new RowState(places, labels.index_select(0, places), clean, clean, margins, zeros_like(places, dtype: ScalarType.Bool));
        }

        internal Tensor Clean => _rows[2];

        internal Tensor Best => _rows[3];

        private Tensor Places => _rows[0];

        private Tensor Labels => _rows[1];

        private Tensor Margins => _rows[4];

        private Tensor Broken => _rows[5];

        // For the whole batch, so that an image's numbers do not depend on the fate of the others.
        internal Tensor Draw(long[] shape, Generator random) =>
            rand(shape, dtype: Clean.dtype, device: Clean.device, generator: random).index_select(0, Places);

        internal void Try(Tensor candidates)
        {
            if (_rows.Count == 0)
            {
                return;
            }

            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            var logits = InputGradient.Logits(_classifier, candidates, Labels, _type);
            var margins = AttackLosses.Margin(logits, Labels);
            Broken.copy_(logits.argmax(1).ne(Labels));
            if (_type != ScalarType.Float32)
            {
                Confirm(candidates);
            }

            var better = margins.gt(Margins).logical_or_(Broken);
            Best.copy_(where(better.view(-1, 1, 1, 1), candidates, Best));
            Margins.copy_(where(better, margins, Margins));
            _queries.index_add_(0, Places, ones_like(Places), 1);
        }

        // What seems broken in a shorter format is asked again in float32.
        private void Confirm(Tensor candidates)
        {
            var rows = Broken.nonzero().flatten();
            if (rows.numel() > 0)
            {
                var labels = Labels.index_select(0, rows);
                var logits = InputGradient.Logits(_classifier, candidates.index_select(0, rows), labels, ScalarType.Float32);
                Broken.index_copy_(0, rows, logits.argmax(1).ne(labels));
            }
        }

        /// <summary>Takes out the broken images; false when none is left.</summary>
        internal bool Drop()
        {
            using var scope = NewDisposeScope();
            var left = Broken.logical_not().nonzero().flatten();
            if (left.shape[0] < _rows.Count)
            {
                var done = Broken.nonzero().flatten();
                var places = Places.index_select(0, done);
                _result.index_copy_(0, places, Best.index_select(0, done));
                _robust.index_fill_(0, places, false);
                _rows.Keep(left);
            }

            return _rows.Count > 0;
        }

        public void Dispose() => _rows.Dispose();
    }
}
