namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Goes down along half a cosine (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts).</summary>
                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double _steps;
                    private readonly double _lowest;

                    /// <inheritdoc cref="lr_scheduler.CosineAnnealingLR"/>
                    public CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(T_max);
                        (_steps, _lowest) = (T_max, eta_min);
                        step();
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current)
                    {
                        if (LastEpoch == 0)
                        {
                            return current;
                        }

                        // At the bottom the quotient below would be 0/0.
                        return (LastEpoch - 1 - _steps) % (2 * _steps) == 0
                            ? current + ((BaseRates[index] - _lowest) * (1 - Math.Cos(Math.PI / _steps)) / 2)
                            : ((1 + Math.Cos(Math.PI * LastEpoch / _steps)) / (1 + Math.Cos(Math.PI * (LastEpoch - 1) / _steps)) * (current - _lowest)) + _lowest;
                    }

                    /// <inheritdoc/>
                    private protected override double ClosedForm(int index) =>
                        _lowest + ((BaseRates[index] - _lowest) * (1 + Math.Cos(Math.PI * LastEpoch / _steps)) / 2);
                }
            }
        }
    }
}
