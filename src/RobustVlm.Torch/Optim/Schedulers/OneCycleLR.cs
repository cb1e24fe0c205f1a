namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Up to a high rate and down again, momentum the other way round (Smith and Topin 2017, arXiv:1708.07120).</summary>
                public class OneCycleLR : LRScheduler
                {
                    private readonly (double End, double FromRate, double ToRate, double FromMomentum, double ToMomentum)[] _phases;
                    private readonly bool _cosine;
                    private readonly bool _cycleMomentum;
                    private readonly int _totalSteps;

                    /// <inheritdoc cref="lr_scheduler.OneCycleLR"/>
                    public OneCycleLR(
                        Optimizer optimizer,
                        double max_lr,
                        int total_steps = -1,
                        int epochs = -1,
                        int steps_per_epoch = -1,
                        double pct_start = 0.3,
                        AnnealStrategy anneal_strategy = AnnealStrategy.Cos,
                        bool cycle_momentum = true,
                        double base_momentum = 0.85,
                        double max_momentum = 0.95,
                        double div_factor = 25,
                        double final_div_factor = 1e4,
                        bool three_phase = false,
                        int last_epoch = -1,
                        bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _totalSteps = total_steps > 0 ? total_steps : epochs * steps_per_epoch;
                        if (_totalSteps <= 0 || (total_steps <= 0 && epochs <= 0))
                        {
                            throw new ArgumentException("Give total_steps, or epochs and steps_per_epoch, all above 0.");
                        }

                        if (pct_start is not (>= 0 and <= 1))
                        {
                            throw new ArgumentOutOfRangeException(nameof(pct_start), pct_start, "pct_start must be between 0 and 1.");
                        }

                        CheckMomentum(cycle_momentum);
                        (_cosine, _cycleMomentum) = (anneal_strategy == AnnealStrategy.Cos, cycle_momentum);
                        var lowest = max_lr / div_factor;
                        var last = lowest / final_div_factor;
                        var top = (pct_start * _totalSteps) - 1;
                        _phases = three_phase
                            ? [
                                (top, lowest, max_lr, max_momentum, base_momentum),
                                ((2 * pct_start * _totalSteps) - 2, max_lr, lowest, base_momentum, max_momentum),
                                (_totalSteps - 1, lowest, last, max_momentum, max_momentum),
                            ]
                            : [
                                (top, lowest, max_lr, max_momentum, base_momentum),
                                (_totalSteps - 1, max_lr, last, base_momentum, max_momentum),
                            ];
                        step();
                    }

                    /// <summary>Shape of each phase.</summary>
                    public enum AnnealStrategy
                    {
                        /// <summary>Half a cosine.</summary>
                        Cos,

                        /// <summary>A line.</summary>
                        Linear,
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current)
                    {
                        if (LastEpoch > _totalSteps)
                        {
                            throw new InvalidOperationException($"The cycle has {_totalSteps} steps; step {LastEpoch} was asked for.");
                        }

                        var start = 0.0;
                        var phase = 0;
                        while (phase < _phases.Length - 1 && LastEpoch > _phases[phase].End)
                        {
                            start = _phases[phase++].End;
                        }

                        var (end, fromRate, toRate, fromMomentum, toMomentum) = _phases[phase];
                        var share = (LastEpoch - start) / (end - start);
                        if (_cycleMomentum)
                        {
                            SetMomentum(Groups[index], Between(fromMomentum, toMomentum, share));
                        }

                        return Between(fromRate, toRate, share);
                    }

                    private double Between(double from, double to, double share) =>
                        _cosine ? to + ((from - to) / 2 * (1 + Math.Cos(Math.PI * share))) : from + ((to - from) * share);
                }
            }
        }
    }
}
