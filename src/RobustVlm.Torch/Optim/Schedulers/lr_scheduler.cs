namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Learning rates that change from step to step.</summary>
        public static partial class lr_scheduler
        {
            /// <inheritdoc cref="impl.StepLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="step_size">Steps between two changes, at least 1.</param>
            /// <param name="gamma">The factor.</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.StepLR(optimizer, step_size, gamma, last_epoch, verbose);

            /// <inheritdoc cref="impl.LambdaLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="lr_lambda">Factor on the start rate, from the step (0 at the start).</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);

            /// <inheritdoc cref="impl.LinearLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="start_factor">Share of the start rate at first, in (0, 1].</param>
            /// <param name="end_factor">Share of the start rate in the end, in [0, 1].</param>
            /// <param name="total_iters">Steps from one to the other, at least 1.</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler LinearLR(
                Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5, int last_epoch = -1, bool verbose = false) =>
                new impl.LinearLR(optimizer, start_factor, end_factor, total_iters, last_epoch, verbose);

            /// <inheritdoc cref="impl.CosineAnnealingLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="T_max">Steps from the start rate to the lowest, above 0.</param>
            /// <param name="eta_min">The lowest rate.</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) =>
                new impl.CosineAnnealingLR(optimizer, T_max, eta_min, last_epoch, verbose);

            /// <inheritdoc cref="impl.OneCycleLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="max_lr">The highest rate.</param>
            /// <param name="total_steps">Steps of the cycle; or give the next two.</param>
            /// <param name="epochs">Number of epochs.</param>
            /// <param name="steps_per_epoch">Steps of each epoch.</param>
            /// <param name="pct_start">Share of the cycle that goes up, in [0, 1].</param>
            /// <param name="anneal_strategy">Shape of each phase.</param>
            /// <param name="cycle_momentum">Whether momentum (or Adam's first decay) goes the other way round.</param>
            /// <param name="base_momentum">The lowest momentum.</param>
            /// <param name="max_momentum">The highest momentum.</param>
            /// <param name="div_factor">Highest rate over first rate.</param>
            /// <param name="final_div_factor">First rate over last rate.</param>
            /// <param name="three_phase">Whether to go down to the first rate before going on to the last.</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler OneCycleLR(
                Optimizer optimizer,
                double max_lr,
                int total_steps = -1,
                int epochs = -1,
                int steps_per_epoch = -1,
                double pct_start = 0.3,
                impl.OneCycleLR.AnnealStrategy anneal_strategy = impl.OneCycleLR.AnnealStrategy.Cos,
                bool cycle_momentum = true,
                double base_momentum = 0.85,
                double max_momentum = 0.95,
                double div_factor = 25,
                double final_div_factor = 1e4,
                bool three_phase = false,
                int last_epoch = -1,
                bool verbose = false) =>
                new impl.OneCycleLR(
                    optimizer, max_lr, total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum, base_momentum, max_momentum, div_factor, final_div_factor, three_phase, last_epoch, verbose);

            /// <inheritdoc cref="impl.MultiStepLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="milestones">The steps.</param>
            /// <param name="gamma">The factor.</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.MultiStepLR(optimizer, milestones, gamma, last_epoch, verbose);

            /// <inheritdoc cref="impl.PolynomialLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="total_iters">Steps until 0, at least 1.</param>
            /// <param name="power">The power; 1 is a line.</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler PolynomialLR(Optimizer optimizer, int total_iters = 5, double power = 1, int last_epoch = -1, bool verbose = false) =>
                new impl.PolynomialLR(optimizer, total_iters, power, last_epoch, verbose);

            /// <inheritdoc cref="impl.MultiplicativeLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="lr_lambda">Factor on the present rate, from the step (1 at the first call).</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler MultiplicativeLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.MultiplicativeLR(optimizer, lr_lambda, last_epoch, verbose);

            /// <inheritdoc cref="impl.ExponentialLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="gamma">The factor.</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.ExponentialLR(optimizer, gamma, last_epoch, verbose);

            /// <inheritdoc cref="impl.ConstantLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="factor">The share, in (0, 1].</param>
            /// <param name="total_iters">Steps with that share.</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false) =>
                new impl.ConstantLR(optimizer, factor, total_iters, last_epoch, verbose);

            /// <inheritdoc cref="impl.SequentialLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="schedulers">Schedulers of that optimizer.</param>
            /// <param name="milestones">The step at which the second, third, ... scheduler begins.</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            public static LRScheduler SequentialLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1) =>
                new impl.SequentialLR(optimizer, schedulers, milestones, last_epoch);

            /// <inheritdoc cref="impl.ChainedLR"/>
            /// <param name="schedulers">The schedulers. (PyTorch calls this ChainedScheduler.)</param>
            public static LRScheduler ChainedLR(IEnumerable<LRScheduler> schedulers) => new impl.ChainedLR(schedulers);

            /// <inheritdoc cref="impl.ReduceLROnPlateau"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="mode"><c>min</c> when smaller numbers are better, <c>max</c> when larger ones are.</param>
            /// <param name="factor">The factor, below 1.</param>
            /// <param name="patience">Steps without a better number that are let pass.</param>
            /// <param name="threshold">How much better counts.</param>
            /// <param name="threshold_mode"><c>rel</c> for a share of the best number, <c>abs</c> for a difference.</param>
            /// <param name="cooldown">Steps after a change in which bad numbers do not count.</param>
            /// <param name="min_lr">Lowest rate, one for all groups or one each; 0 when null.</param>
            /// <param name="eps">Smaller changes are not made.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler ReduceLROnPlateau(
                Optimizer optimizer,
                string mode = "min",
                double factor = 0.1,
                int patience = 10,
                double threshold = 1e-4,
                string threshold_mode = "rel",
                int cooldown = 0,
                IList<double>? min_lr = null,
                double eps = 1e-8,
                bool verbose = false) =>
                new impl.ReduceLROnPlateau(optimizer, mode, factor, patience, threshold, threshold_mode, cooldown, min_lr, eps, verbose);

            /// <inheritdoc cref="impl.CyclicLR"/>
            /// <param name="optimizer">Whose rates to change.</param>
            /// <param name="base_lr">The low rate.</param>
            /// <param name="max_lr">The high rate.</param>
            /// <param name="step_size_up">Steps from low to high, at least 1.</param>
            /// <param name="step_size_down">Steps from high to low; as many as up when -1.</param>
            /// <param name="mode">How the height of the cycles changes.</param>
            /// <param name="gamma">Factor per step of <see cref="impl.CyclicLR.Mode.ExpRange"/>.</param>
            /// <param name="scale_fn">Height of a cycle instead of the mode's, or null.</param>
            /// <param name="scale_mode">What that function gets.</param>
            /// <param name="cycle_momentum">Whether momentum (or Adam's first decay) goes the other way round.</param>
            /// <param name="base_momentum">The lowest momentum.</param>
            /// <param name="max_momentum">The highest momentum.</param>
            /// <param name="last_epoch">Steps done before, or -1 at the start.</param>
            /// <param name="verbose">Whether changes are written to the console.</param>
            public static LRScheduler CyclicLR(
                Optimizer optimizer,
                double base_lr,
                double max_lr,
                int step_size_up = 2000,
                int step_size_down = -1,
                impl.CyclicLR.Mode mode = impl.CyclicLR.Mode.Triangular,
                double gamma = 1.0,
                Func<double, double>? scale_fn = null,
                impl.CyclicLR.ScaleMode scale_mode = impl.CyclicLR.ScaleMode.Cycle,
                bool cycle_momentum = true,
                double base_momentum = 0.8,
                double max_momentum = 0.9,
                int last_epoch = -1,
                bool verbose = false) =>
                new impl.CyclicLR(
                    optimizer, base_lr, max_lr, step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode, cycle_momentum, base_momentum, max_momentum, last_epoch, verbose);

            /// <summary>The schedulers.</summary>
            public static partial class impl
            {
            }
        }
    }
}
