namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Several schedulers at once, each changing what the one before it left.</summary>
                public class ChainedLR : LRScheduler
                {
                    private readonly LRScheduler[] _schedulers;

                    /// <inheritdoc cref="lr_scheduler.ChainedLR"/>
                    public ChainedLR(IEnumerable<LRScheduler> schedulers)
                        : base([.. schedulers ?? throw new ArgumentNullException(nameof(schedulers))])
                    {
                        _schedulers = [.. schedulers];
                    }

                    private protected override void Apply(int epoch, bool closedForm)
                    {
                        LastEpoch = epoch;
                        Array.ForEach(_schedulers, scheduler => scheduler.step());
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current) => current;
                }
            }
        }
    }
}
