using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Goes from one share of the start rate to another along a line, then stays.</summary>
                public class LinearLR : LRScheduler
                {
                    private readonly double _start;
                    private readonly double _end;
                    private readonly int _steps;

                    /// <inheritdoc cref="lr_scheduler.LinearLR"/>
                    public LinearLR(
                        Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        Argument.Positive(total_iters);
                        if (start_factor is not (> 0 and <= 1))
                        {
                            throw new ArgumentOutOfRangeException(nameof(start_factor), start_factor, "start_factor must be above 0 and at most 1.");
                        }

                        Argument.Probability(end_factor);
                        (_start, _end, _steps) = (start_factor, end_factor, total_iters);
                        step();
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current)
                    {
                        if (LastEpoch == 0)
                        {
                            return current * _start;
                        }

                        var rise = _end - _start;
                        return LastEpoch > _steps ? current : current * (1 + (rise / ((_steps * _start) + ((LastEpoch - 1) * rise))));
                    }

                    /// <inheritdoc/>
                    private protected override double ClosedForm(int index) =>
                        BaseRates[index] * (_start + ((_end - _start) * Math.Min(_steps, LastEpoch) / _steps));
                }
            }
        }
    }
}
