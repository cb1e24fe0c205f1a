namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Lowers the rate when a number that is watched stops getting better. Give it the number: <c>step(loss)</c>.</summary>
                public class ReduceLROnPlateau : LRScheduler
                {
                    private readonly bool _smallerIsBetter;
                    private readonly bool _relative;
                    private readonly double _factor;
                    private readonly double _threshold;
                    private readonly double _smallestChange;
                    private readonly double[] _lowest;
                    private readonly int _patience;
                    private readonly int _pause;
                    private double _best;
                    private int _bad;
                    private int _paused;

                    /// <inheritdoc cref="lr_scheduler.ReduceLROnPlateau"/>
                    public ReduceLROnPlateau(
                        Optimizer optimizer,
                        string mode = "min",
                        double factor = 0.1,
                        int patience = 10,
                        double threshold = 1e-4,
                        string threshold_mode = "rel",
                        int cooldown = 0,
                        IList<double>? min_lr = null,
                        double eps = 1e-8,
                        bool verbose = false)
                        : base(optimizer, -1, verbose)
                    {
                        if (factor >= 1)
                        {
                            throw new ArgumentOutOfRangeException(nameof(factor), factor, "factor must be below 1.");
                        }

                        _smallerIsBetter = Choice(mode, "min", "max", nameof(mode));
                        _relative = Choice(threshold_mode, "rel", "abs", nameof(threshold_mode));
                        _lowest = (min_lr?.Count ?? 0) switch
                        {
                            0 => new double[Groups.Count],
                            1 => [.. Enumerable.Repeat(min_lr![0], Groups.Count)], // its length is 1
                            var count when count == Groups.Count => [.. min_lr!], // not null, as it has a length
                            var count => throw new ArgumentException($"The optimizer has {Groups.Count} groups, min_lr has {count} entries; give one or as many as groups.", nameof(min_lr)),
                        };
                        (_factor, _patience, _threshold, _pause, _smallestChange) = (factor, patience, threshold, cooldown, eps);
                        _best = _smallerIsBetter ? double.PositiveInfinity : double.NegativeInfinity;
                    }

                    /// <inheritdoc/>
                    public override void step() => throw NeedsNumber();

                    /// <inheritdoc/>
                    public override void step(int? epoch) => throw NeedsNumber();

                    /// <summary>Looks at the number and lowers the rates when it has not got better for too long.</summary>
                    /// <param name="current">The number that is watched, such as the loss on the validation set.</param>
                    /// <param name="epoch">Number of the step; the next one when null.</param>
                    public override void step(double current, int? epoch = null)
                    {
                        LastEpoch = epoch ?? LastEpoch + 1;
                        var better = IsBetter(current);
                        (_best, _bad) = better ? (current, 0) : (_best, _bad + 1);
                        if (_paused > 0)
                        {
                            _paused--;
                            _bad = 0;
                        }

                        if (_bad > _patience)
                        {
                            Apply(LastEpoch, closedForm: false);
                            (_paused, _bad) = (_pause, 0);
                        }
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current)
                    {
                        var lower = Math.Max(current * _factor, _lowest[index]);
                        return current - lower > _smallestChange ? lower : current;
                    }

                    private static bool Choice(string given, string first, string second, string name) =>
                        given == first || (given == second ? false : throw new ArgumentException($"{name} is '{first}' or '{second}', not '{given}'.", name));

                    private static InvalidOperationException NeedsNumber() =>
                        new("ReduceLROnPlateau needs the number it watches; call step(loss) with a double.");

                    private bool IsBetter(double current) => (_smallerIsBetter, _relative) switch
                    {
                        (true, true) => current < _best * (1 - _threshold),
                        (true, false) => current < _best - _threshold,
                        (false, true) => current > _best * (1 + _threshold),
                        (false, false) => current > _best + _threshold,
                    };
                }
            }
        }
    }
}
