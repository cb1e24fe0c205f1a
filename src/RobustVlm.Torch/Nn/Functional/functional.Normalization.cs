namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Divides vectors along a dimension by their norm.</summary>
            /// <param name="input">Float tensor of any shape [...].</param>
            /// <param name="p">Kind of norm.</param>
            /// <param name="dim">Dimension of the vectors.</param>
            /// <param name="eps">Smallest norm to divide by.</param>
            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12)
            {
                using var norm = Aten.norm_ScalarOpt_dim(input, p, [dim], true);
                using var divisor = Aten.clamp_min(norm, eps);
                return Aten.div_Tensor(input, divisor);
            }

            /// <summary>Normalises the last dimensions of each sample.</summary>
            /// <param name="input">Float tensor [..., normalized_shape].</param>
            /// <param name="normalized_shape">Sizes of the last dimensions.</param>
            /// <param name="weight">Float tensor [normalized_shape], or null.</param>
            /// <param name="bias">Float tensor [normalized_shape], or null.</param>
            /// <param name="eps">Added to the variance.</param>
            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Aten.layer_norm(input, normalized_shape, weight, bias, eps, true);

            /// <summary>Normalises groups of channels of each sample.</summary>
            /// <param name="input">Float tensor [N, C, ...].</param>
            /// <param name="num_groups">Number of groups; divides C.</param>
            /// <param name="weight">Float tensor [C], or null.</param>
            /// <param name="bias">Float tensor [C], or null.</param>
            /// <param name="eps">Added to the variance.</param>
            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Aten.group_norm(input, num_groups, weight, bias, eps, true);

            /// <summary>Normalises each channel of each sample.</summary>
            /// <param name="input">Float tensor [N, C, ...].</param>
            /// <param name="running_mean">Float tensor [C], or null.</param>
            /// <param name="running_var">Float tensor [C], or null.</param>
            /// <param name="weight">Float tensor [C], or null.</param>
            /// <param name="bias">Float tensor [C], or null.</param>
            /// <param name="use_input_stats">Whether to use the samples' own statistics instead of the running ones.</param>
            /// <param name="momentum">Share of the batch in the running statistics.</param>
            /// <param name="eps">Added to the variance.</param>
            public static Tensor instance_norm(
                Tensor input,
                Tensor? running_mean = null,
                Tensor? running_var = null,
                Tensor? weight = null,
                Tensor? bias = null,
                bool use_input_stats = true,
                double momentum = 0.1,
                double eps = 1e-5) =>
                Aten.instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, true);

            /// <summary>Normalises channels, over the batch in training and by the running statistics otherwise.</summary>
            /// <param name="input">Float tensor [N, C, ...].</param>
            /// <param name="running_mean">Float tensor [C], updated in training; or null.</param>
            /// <param name="running_var">Float tensor [C], updated in training; or null.</param>
            /// <param name="weight">Float tensor [C], or null.</param>
            /// <param name="bias">Float tensor [C], or null.</param>
            /// <param name="training">Whether to use the batch's statistics.</param>
            /// <param name="momentum">Share of the batch in the running statistics.</param>
            /// <param name="eps">Added to the variance.</param>
            /// <exception cref="ArgumentException">Training with a single value per channel, whose variance is not defined.</exception>
            public static Tensor batch_norm(
                Tensor input,
                Tensor? running_mean,
                Tensor? running_var,
                Tensor? weight = null,
                Tensor? bias = null,
                bool training = false,
                double momentum = 0.1,
                double eps = 1e-5)
            {
                ArgumentNullException.ThrowIfNull(input);
                if (training && input.dim() >= 2 && input.numel() == input.shape[1])
                {
                    throw new ArgumentException("Batch norm in training needs more than one value per channel; use a larger batch or eval().", nameof(input));
                }

                return Aten.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, true);
            }
        }
    }
}
