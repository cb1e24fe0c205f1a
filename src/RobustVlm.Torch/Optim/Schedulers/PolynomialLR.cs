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
                /// <summary>Goes down to 0 as a power of the share of steps that remain, then stays.</summary>
                public class PolynomialLR : LRScheduler
                {
                    private readonly double _steps;
                    private readonly double _power;

                    /// <inheritdoc cref="lr_scheduler.PolynomialLR"/>
                    public PolynomialLR(Optimizer optimizer, int total_iters = 5, double power = 1.0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        Argument.Positive(total_iters);
                        (_steps, _power) = (total_iters, power);
                        step();
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current) => LastEpoch == 0 || LastEpoch > _steps
                        ? current
                        : current * Math.Pow((1 - (LastEpoch / _steps)) / (1 - ((LastEpoch - 1) / _steps)), _power);

                    /// <inheritdoc/>
                    private protected override double ClosedForm(int index) =>
                        BaseRates[index] * Math.Pow(1 - (Math.Min(_steps, LastEpoch) / _steps), _power);
                }
            }
        }
    }
}
