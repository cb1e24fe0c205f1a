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
                /// <summary>Multiplies the rate by a factor every few steps.</summary>
                public class StepLR : LRScheduler
                {
                    private readonly int _every;
                    private readonly double _factor;

                    /// <inheritdoc cref="lr_scheduler.StepLR"/>
                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        Argument.Positive(step_size);
                        (_every, _factor) = (step_size, gamma);
                        step();
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current) =>
                        LastEpoch == 0 || LastEpoch % _every != 0 ? current : current * _factor;

                    /// <inheritdoc/>
                    private protected override double ClosedForm(int index) => BaseRates[index] * Math.Pow(_factor, LastEpoch / _every);
                }
            }
        }
    }
}
