namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Cross-entropy between logits and targets.</summary>
            /// <param name="input">Float tensor [N, K, ...] of logits, or [K].</param>
            /// <param name="target">Long tensor [N, ...] of class indices, or float tensor [N, K, ...] of class probabilities.</param>
            /// <param name="weight">Float tensor [K], weight of each class, or null.</param>
            /// <param name="ignore_index">Target that is left out.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            /// <param name="label_smoothing">Share of the target spread over all classes, in [0, 1].</param>
            public static Tensor cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0.0) =>
                Aten.cross_entropy_loss(input, target, weight, (long)reduction, ignore_index, label_smoothing);

            /// <summary>Minus the log-probability of the right class.</summary>
            /// <param name="input">Float tensor [N, K, ...] of log-probabilities, or [K].</param>
            /// <param name="target">Long tensor [N, ...] of class indices.</param>
            /// <param name="weight">Float tensor [K], weight of each class, or null.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Aten.nll_loss_nd(input, target, weight, (long)reduction, -100);

            /// <summary>Squared error.</summary>
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Aten.mse_loss(input, target, (long)reduction);

            /// <summary>Absolute error.</summary>
            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Aten.l1_loss(input, target, (long)reduction);

            /// <summary>Squared error below <paramref name="beta"/>, absolute above.</summary>
            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1.0) =>
                Aten.smooth_l1_loss(input, target, (long)reduction, beta);

            /// <summary>Binary cross-entropy of probabilities.</summary>
            /// <param name="input">Float tensor [...], probabilities in [0, 1].</param>
            /// <param name="target">Float tensor [...] of the same shape, in [0, 1].</param>
            /// <param name="weight">Float tensor [...], weight of each element, or null.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Aten.binary_cross_entropy(input, target, weight, (long)reduction);

            /// <summary>Binary cross-entropy of logits, computed stably.</summary>
            /// <param name="input">Float tensor [...] of logits.</param>
            /// <param name="target">Float tensor [...] of the same shape, in [0, 1].</param>
            /// <param name="weight">Float tensor [...], weight of each element, or null.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            /// <param name="pos_weights">Float tensor [K], weight of positive targets, or null.</param>
            public static Tensor binary_cross_entropy_with_logits(
                Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Aten.binary_cross_entropy_with_logits(input, target, weight, pos_weights, (long)reduction);

            /// <summary>Kullback-Leibler divergence.</summary>
            /// <param name="input">Float tensor [...] of log-probabilities.</param>
            /// <param name="target">Float tensor [...] of log-probabilities, or of probabilities without <paramref name="log_target"/>.</param>
            /// <param name="log_target">Whether the target holds logarithms. True here as in TorchSharp; PyTorch's default is false.</param>
            /// <param name="reduction">Mean over all elements (not over the batch), sum or none.</param>
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) =>
                Aten.kl_div(input, target, (long)reduction, log_target);

            /// <summary>Squared error below <paramref name="delta"/>, absolute above.</summary>
            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1.0, Reduction reduction = Reduction.Mean) =>
                Aten.huber_loss(input, target, (long)reduction, delta);

            /// <summary>Minus the log-likelihood of counts.</summary>
            /// <param name="input">Float tensor [...], rates or their logarithms.</param>
            /// <param name="target">Float tensor [...] of counts.</param>
            /// <param name="log_input">Whether the input is the logarithm of the rate.</param>
            /// <param name="full">Whether to add Stirling's term.</param>
            /// <param name="eps">Added to a rate before its logarithm.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor poisson_nll_loss(
                Tensor input, Tensor target, bool log_input = true, bool full = false, float eps = 1e-8f, Reduction reduction = Reduction.Mean) =>
                Aten.poisson_nll_loss(input, target, log_input, full, eps, (long)reduction);

            /// <summary>Connectionist temporal classification.</summary>
            /// <param name="log_probs">Float tensor [T, N, C] of log-probabilities.</param>
            /// <param name="targets">Long tensor [N, S], or [sum of lengths].</param>
            /// <param name="input_lengths">Long tensor [N], at most T.</param>
            /// <param name="target_lengths">Long tensor [N], at most S.</param>
            /// <param name="blank">Class of the blank.</param>
            /// <param name="zero_infinity">Whether infinite losses count as 0.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor ctc_loss(
                Tensor log_probs,
                Tensor targets,
                Tensor input_lengths,
                Tensor target_lengths,
                long blank = 0,
                bool zero_infinity = false,
                Reduction reduction = Reduction.Mean) =>
                Aten.ctc_loss_Tensor(log_probs, targets, input_lengths, target_lengths, blank, (long)reduction, zero_infinity);

            /// <summary>Minus the log-likelihood of a normal distribution.</summary>
            /// <param name="input">Float tensor [N, ...], means.</param>
            /// <param name="target">Float tensor [N, ...].</param>
            /// <param name="variance">Float tensor [N, ...], or [N, ..., 1], or without the last dimension; not negative.</param>
            /// <param name="full">Whether to add the constant log(2π)/2.</param>
            /// <param name="eps">Smallest variance.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor gaussian_nll_loss(
                Tensor input, Tensor target, Tensor variance, bool full = false, float eps = 1e-6f, Reduction reduction = Reduction.Mean)
            {
                using var scope = NewDisposeScope();
                var sizes = input.shape;
                var spread = variance.dim() == input.dim() - 1 ? variance.unsqueeze(-1) : variance;
                if (!spread.shape.AsSpan(0, spread.shape.Length - 1).SequenceEqual(sizes.AsSpan(0, Math.Max(sizes.Length - 1, 0))) || (spread.shape[^1] != sizes[^1] && spread.shape[^1] != 1))
                {
                    throw new ArgumentException($"variance has shape [{string.Join(", ", variance.shape)}], which fits no input of shape [{string.Join(", ", sizes)}].", nameof(variance));
                }

                Tensor clamped;
                using (no_grad())
                {
                    if (spread.lt(0).any().ToBoolean())
                    {
                        throw new ArgumentException("variance has negative entries.", nameof(variance));
                    }

                    // The gradient passes as if nothing had been clamped, as in PyTorch.
                    clamped = spread.clamp_min((double)eps) - spread;
                }

                var safe = spread + clamped;
                var loss = (safe.log() + ((input - target).square() / safe)) * 0.5;
                return Reduced(full ? loss + (0.5 * Math.Log(2 * Math.PI)) : loss, reduction).MoveToOuterDisposeScope();
            }
        }
    }
}
