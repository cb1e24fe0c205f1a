namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Multiplies the rate by a factor at every step.</summary>
                public class ExponentialLR : LRScheduler
                {
                    private readonly double _factor;

                    /// <inheritdoc cref="lr_scheduler.ExponentialLR"/>
                    public ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factor = gamma;
                        step();
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current) => LastEpoch == 0 ? current : current * _factor;

                    /// <inheritdoc/>
                    private protected override double ClosedForm(int index) => BaseRates[index] * Math.Pow(_factor, LastEpoch);
                }
            }
        }
    }
}
