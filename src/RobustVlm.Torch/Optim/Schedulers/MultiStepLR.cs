namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Multiplies the rate by a factor at given steps.</summary>
                public class MultiStepLR : LRScheduler
                {
                    private readonly int[] _milestones;
                    private readonly double _factor;

                    /// <inheritdoc cref="lr_scheduler.MultiStepLR"/>
                    public MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        ArgumentNullException.ThrowIfNull(milestones);
                        (_milestones, _factor) = ([.. milestones], gamma);
                        step();
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current) =>
                        current * Math.Pow(_factor, _milestones.Count(milestone => milestone == LastEpoch));

                    /// <inheritdoc/>
                    private protected override double ClosedForm(int index) =>
                        BaseRates[index] * Math.Pow(_factor, _milestones.Count(milestone => milestone <= LastEpoch));
                }
            }
        }
    }
}
