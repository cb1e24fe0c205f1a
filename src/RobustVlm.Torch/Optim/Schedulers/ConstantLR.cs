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
                /// <summary>A share of the start rate for some steps, then the start rate.</summary>
                public class ConstantLR : LRScheduler
                {
                    private readonly double _share;
                    private readonly int _steps;

                    /// <inheritdoc cref="lr_scheduler.ConstantLR"/>
                    public ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (factor is not (> 0 and <= 1))
                        {
                            throw new ArgumentOutOfRangeException(nameof(factor), factor, "factor must be above 0 and at most 1.");
                        }

                        Argument.NotNegative(total_iters);
                        (_share, _steps) = (factor, total_iters);
                        step();
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current) =>
                        LastEpoch == 0 ? current * _share : LastEpoch == _steps ? current / _share : current;

                    /// <inheritdoc/>
                    private protected override double ClosedForm(int index) => BaseRates[index] * (LastEpoch >= _steps ? 1 : _share);
                }
            }
        }
    }
}
