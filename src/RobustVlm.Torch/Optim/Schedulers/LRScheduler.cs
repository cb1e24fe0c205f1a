using System.Globalization;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>Changes the learning rates of an optimizer's groups from step to step.</summary>
            public abstract class LRScheduler
            {
                private readonly Optimizer? _optimizer;
                private readonly ILearningRateController[] _groups;
                private readonly bool _verbose;

                /// <summary>Binds the scheduler; the derived constructor ends with <see cref="step()"/>.</summary>
                /// <param name="optimizer">Whose groups to change.</param>
                /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
                /// <param name="verbose">Whether changes are written to the console.</param>
                protected LRScheduler(Optimizer optimizer, int last_epoch, bool verbose)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    _optimizer = optimizer;
                    _groups = [.. optimizer.ParamGroups];
                    _verbose = verbose;
                    LastEpoch = last_epoch;
                    BaseRates = Array.ConvertAll(_groups, group => group.InitialLearningRate);
                }

                /// <summary>Binds a scheduler that only drives others.</summary>
                private protected LRScheduler(LRScheduler[] others)
                {
                    _groups = [.. others.SelectMany(other => other._groups).Distinct()];
                    BaseRates = Array.ConvertAll(_groups, group => group.InitialLearningRate);
                }

                /// <summary>Steps done, 0 at the start.</summary>
                internal int LastEpoch { get; set; }

                /// <summary>Learning rates at the start, one per group.</summary>
                private protected IReadOnlyList<double> BaseRates { get; }

                /// <summary>The groups.</summary>
                private protected IReadOnlyList<ILearningRateController> Groups => _groups;

                /// <summary>Goes on by one step; call it after the optimizer's.</summary>
                public virtual void step() => Apply(LastEpoch + 1, closedForm: false);

                /// <summary>Goes to a given step, or on by one.</summary>
                public virtual void step(int? epoch) => Apply(epoch ?? LastEpoch + 1, closedForm: epoch is not null);

                /// <summary>Goes on by one step; most schedulers do not look at the number.</summary>
                /// <param name="current">A number that is watched, such as the loss on the validation set.</param>
                /// <param name="epoch">Number of the step; the next one when null.</param>
                public virtual void step(double current, int? epoch = null) => step(epoch);

                /// <summary>The current learning rates, one per group.</summary>
                public IEnumerable<double> get_last_lr() => _groups.Select(group => group.LearningRate);

                /// <summary>The rate of a group for step <see cref="LastEpoch"/>, made from its present rate.</summary>
                /// <param name="index">Number of the group.</param>
                /// <param name="current">Its present rate.</param>
                private protected abstract double Next(int index, double current);

                /// <summary>The same, made from the rate at the start.</summary>
                /// <param name="index">Number of the group.</param>
                private protected virtual double ClosedForm(int index) => Next(index, _groups[index].LearningRate);

                internal bool IsFor(Optimizer optimizer) => ReferenceEquals(_optimizer, optimizer);

                private protected static void SetMomentum(ILearningRateController group, double value)
                {
                    if (group is IBetas adam)
                    {
                        adam.Betas = (value, adam.Betas.Item2);
                    }
                    else if (group is IMomentum other)
                    {
                        other.Momentum = value;
                    }
                }

                private protected void CheckMomentum(bool cycle_momentum)
                {
                    if (cycle_momentum && _groups.Any(group => group is not (IMomentum or IBetas)))
                    {
                        throw new ArgumentException("The optimizer has no momentum to cycle; pass cycle_momentum: false.", nameof(cycle_momentum));
                    }
                }

                private protected Func<int, double>[] ForGroups(Func<int, double> function)
                {
                    ArgumentNullException.ThrowIfNull(function);
                    return [.. Enumerable.Repeat(function, _groups.Length)];
                }

                private protected Func<int, double>[] ForGroups(IEnumerable<Func<int, double>> functions)
                {
                    ArgumentNullException.ThrowIfNull(functions);
                    Func<int, double>[] all = [.. functions];
                    return all.Length == _groups.Length
                        ? all
                        : throw new ArgumentException($"The optimizer has {_groups.Length} groups, not {all.Length}; give one function per group.", nameof(functions));
                }

                private protected virtual void Apply(int epoch, bool closedForm)
                {
                    LastEpoch = epoch;
                    for (var i = 0; i < _groups.Length; i++)
                    {
                        var before = _groups[i].LearningRate;
                        var rate = closedForm ? ClosedForm(i) : Next(i, before);
                        _groups[i].LearningRate = rate;
                        if (_verbose && rate != before)
                        {
                            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_optimizer?.GetType().Name}, group {i}: learning rate {rate:g4}"));
                        }
                    }
                }
            }
        }
    }
}
