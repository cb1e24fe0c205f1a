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
                /// <summary>Up and down between two rates, momentum the other way round (Smith 2017, arXiv:1506.01186).</summary>
                public class CyclicLR : LRScheduler
                {
                    private readonly double _up;
                    private readonly double _length;
                    private readonly (double Low, double High) _rates;
                    private readonly (double Low, double High)? _momenta;
                    private readonly Func<double, double> _scale;
                    private readonly bool _perCycle;

                    /// <inheritdoc cref="lr_scheduler.CyclicLR"/>
                    public CyclicLR(
                        Optimizer optimizer,
                        double base_lr,
                        double max_lr,
                        int step_size_up = 2000,
                        int step_size_down = -1,
                        Mode mode = Mode.Triangular,
                        double gamma = 1.0,
                        Func<double, double>? scale_fn = null,
                        ScaleMode scale_mode = ScaleMode.Cycle,
                        bool cycle_momentum = true,
                        double base_momentum = 0.8,
                        double max_momentum = 0.9,
                        int last_epoch = -1,
                        bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        Argument.Positive(step_size_up);
                        CheckMomentum(cycle_momentum);
                        _up = step_size_up;
                        _length = _up + (step_size_down > 0 ? step_size_down : step_size_up);
                        _rates = (base_lr, max_lr);
                        _momenta = cycle_momentum ? (base_momentum, max_momentum) : null;
                        _scale = scale_fn ?? (mode switch
                        {
                            Mode.Triangular2 => cycle => Math.Pow(2, 1 - cycle),
                            Mode.ExpRange => step => Math.Pow(gamma, step),
                            _ => _ => 1,
                        });
                        _perCycle = scale_fn is null ? mode != Mode.ExpRange : scale_mode == ScaleMode.Cycle;
                        step();
                    }

                    /// <summary>How the height of the cycles changes.</summary>
                    public enum Mode
                    {
                        /// <summary>Not at all.</summary>
                        Triangular,

                        /// <summary>Each is half as high as the one before.</summary>
                        Triangular2,

                        /// <summary>By a factor at every step.</summary>
                        ExpRange,
                    }

                    /// <summary>What the scaling function gets.</summary>
                    public enum ScaleMode
                    {
                        /// <summary>Number of the cycle, from 1.</summary>
                        Cycle,

                        /// <summary>Number of the step, from 0.</summary>
                        Iterations,
                    }

                    /// <inheritdoc/>
                    private protected override double Next(int index, double current)
                    {
                        var cycle = Math.Floor(1 + (LastEpoch / _length));
                        var place = 1 + (LastEpoch / _length) - cycle;
                        var turn = _up / _length;
                        var height = (place <= turn ? place / turn : (place - 1) / (turn - 1)) * _scale(_perCycle ? cycle : LastEpoch);
                        if (_momenta is var (low, high))
                        {
                            SetMomentum(Groups[index], high - ((high - low) * height));
                        }

                        return _rates.Low + ((_rates.High - _rates.Low) * height);
                    }
                }
            }
        }
    }
}
