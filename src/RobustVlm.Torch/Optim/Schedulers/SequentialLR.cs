namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Several schedulers one after the other, each from its own start.</summary>
                public class SequentialLR : LRScheduler
                {
                    private readonly LRScheduler[] _schedulers;
                    private readonly int[] _milestones;

                    /// <inheritdoc cref="lr_scheduler.SequentialLR"/>
                    public SequentialLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1)
                        : base(optimizer, last_epoch + 1, verbose: false)
                    {
                        ArgumentNullException.ThrowIfNull(schedulers);
                        ArgumentNullException.ThrowIfNull(milestones);
                        (_schedulers, _milestones) = ([.. schedulers], [.. milestones]);
                        if (_schedulers.Length != _milestones.Length + 1)
                        {
                            throw new ArgumentException($"There are {_schedulers.Length} schedulers and {_milestones.Length} milestones; give one milestone between any two schedulers.", nameof(milestones));
                        }

                        if (!Array.TrueForAll(_schedulers, scheduler => scheduler.IsFor(optimizer)))
                        {
                            throw new ArgumentException("The schedulers must belong to the same optimizer.", nameof(schedulers));
                        }

                        // Each scheduler changed the rates when it was made; only the first one's change shall count now.
                        foreach (var group in Groups)
                        {
                            group.LearningRate = group.InitialLearningRate;
                        }

                        Array.ForEach(_schedulers, scheduler => scheduler.LastEpoch--);
                        _schedulers[0].step();
                    }

                    private protected override void Apply(int epoch, bool closedForm)
                    {
                        LastEpoch = epoch;
                        var current = _milestones.Count(milestone => milestone <= epoch);
                        if (current > 0 && _milestones[current - 1] == epoch)
                        {
                            _schedulers[current].step((int?)0);
                        }
                        else
                        {
                            _schedulers[current].step();
                        }
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current) => current;
                }
            }
        }
    }
}
