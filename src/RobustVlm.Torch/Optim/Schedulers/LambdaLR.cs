namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The start rate times a function of the step.</summary>
                public class LambdaLR : LRScheduler
                {
                    private readonly Func<int, double>[] _factors;

                    /// <inheritdoc cref="lr_scheduler.LambdaLR(Optimizer, Func{int, double}, int, bool)"/>
                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factors = ForGroups(lr_lambda);
                        step();
                    }

                    /// <summary>One function per group.</summary>
                    public LambdaLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factors = ForGroups(lr_lambdas);
                        step();
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current) => BaseRates[index] * _factors[index](LastEpoch);
                }
            }
        }
    }
}
