namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Multiplies the rate by a function of the step, from the second step on.</summary>
                public class MultiplicativeLR : LRScheduler
                {
                    private readonly Func<int, double>[] _factors;

                    /// <inheritdoc cref="lr_scheduler.MultiplicativeLR"/>
                    public MultiplicativeLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factors = ForGroups(lr_lambda);
                        step();
                    }

                    /// <summary>One function per group.</summary>
                    public MultiplicativeLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factors = ForGroups(lr_lambdas);
                        step();
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current) => LastEpoch > 0 ? current * _factors[index](LastEpoch) : current;
                }
            }
        }
    }
}
