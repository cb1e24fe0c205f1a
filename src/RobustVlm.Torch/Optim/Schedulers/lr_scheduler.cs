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

            /// <summary>The schedulers.</summary>
            public static partial class impl
            {
            }
        }
    }
}
