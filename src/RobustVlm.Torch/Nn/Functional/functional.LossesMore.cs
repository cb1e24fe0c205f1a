namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Squared error below <paramref name="delta"/>, δ times the absolute error above.</summary>
            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1.0, Reduction reduction = Reduction.Mean) =>
                Aten.huber_loss(input, target, (long)reduction, delta);

            /// <summary>1 - cosine where the target is 1, the cosine above the margin where it is -1.</summary>
            /// <param name="input1">Float tensor [N, D].</param>
            /// <param name="input2">Float tensor [N, D].</param>
            /// <param name="target">Float or long tensor [N] of 1 and -1.</param>
            /// <param name="margin">Cosine that is far enough.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Aten.cosine_embedding_loss(input1, input2, target, margin, (long)reduction);

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
                Reduction reduction = Reduction.Mean)
            {
                OperandChecks.Sequences(log_probs, targets, input_lengths, target_lengths);
                return Aten.ctc_loss_Tensor(log_probs, targets, input_lengths, target_lengths, blank, (long)reduction, zero_infinity);
            }

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

            /// <summary>x where the target is 1, max(0, margin - x) where it is -1.</summary>
            public static Tensor hinge_embedding_loss(Tensor input, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Aten.hinge_embedding_loss(input, target, margin, (long)reduction);

            /// <summary>max(0, -y (x₁ - x₂) + margin).</summary>
            public static Tensor margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Aten.margin_ranking_loss(input1, input2, target, margin, (long)reduction);

            /// <summary>Hinge loss for several right classes.</summary>
            /// <param name="input">Float tensor [N, C] of scores.</param>
            /// <param name="target">Long tensor [N, C], the right classes followed by -1.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor multi_label_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.multilabel_margin_loss(input, target, (long)reduction);

            /// <summary>Binary cross-entropy per class with logits, averaged over the classes.</summary>
            /// <param name="input">Float tensor [N, C] of logits.</param>
            /// <param name="target">Float tensor [N, C] of 0 and 1.</param>
            /// <param name="weight">Float tensor [C], or null.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor multilabel_soft_margin_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
            {
                using var scope = NewDisposeScope();
                var loss = -((target * Aten.log_sigmoid(input)) + ((1 - target) * Aten.log_sigmoid(-input)));
                loss = weight is null ? loss : loss * weight;
                return Reduced(loss.mean([-1]), reduction).MoveToOuterDisposeScope();
            }

            /// <summary>Hinge loss of classification.</summary>
            /// <param name="input">Float tensor [N, C] of scores.</param>
            /// <param name="target">Long tensor [N] of classes.</param>
            /// <param name="p">Exponent, 1 or 2.</param>
            /// <param name="margin">Lead that is enough.</param>
            /// <param name="weight">Float tensor [C], or null.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor multi_margin_loss(Tensor input, Tensor target, int p = 1, double margin = 1.0, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Aten.multi_margin_loss(input, target, p, margin, OperandChecks.ClassWeights(weight, input), (long)reduction);

            /// <summary>The p-norm of x₁ - x₂ + ε.</summary>
            public static Tensor pairwise_distance(Tensor input1, Tensor input2, double p = 2.0, double eps = 1e-6, bool keepdim = false) =>
                Aten.pairwise_distance(input1, input2, p, eps, keepdim);

            /// <summary>Minus the log-likelihood of a Poisson distribution.</summary>
            public static Tensor poisson_nll_loss(
                Tensor input, Tensor target, bool log_input = true, bool full = false, float eps = 1e-8f, Reduction reduction = Reduction.Mean) =>
                Aten.poisson_nll_loss(input, target, log_input, full, eps, (long)reduction);

            /// <summary>log(1 + exp(-y x)).</summary>
            public static Tensor soft_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.soft_margin_loss(input, target, (long)reduction);

            /// <summary>How much closer the anchor is to the negative than to the positive, plus the margin; never below 0.</summary>
            public static Tensor triplet_margin_loss(
                Tensor anchor, Tensor positive, Tensor negative, double margin = 1.0, long p = 2, double eps = 1e-06, bool swap = false, Reduction reduction = Reduction.Mean) =>
                Aten.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, (long)reduction);

            /// <summary>The triplet loss with a distance of one's own; the Euclidean one when null.</summary>
            public static Tensor triplet_margin_with_distance_loss(
                Tensor anchor,
                Tensor positive,
                Tensor negative,
                Func<Tensor, Tensor, Tensor>? distance = null,
                double margin = 1.0,
                bool swap = false,
                Reduction reduction = Reduction.Mean)
            {
                using var scope = NewDisposeScope();
                distance ??= (x, y) => pairwise_distance(x, y);
                var near = distance(anchor, positive);
                var far = distance(anchor, negative);
                if (swap)
                {
                    far = torch.minimum(far, distance(positive, negative));
                }

                return Reduced((near - far + margin).clamp_min(0), reduction).MoveToOuterDisposeScope();
            }

            private static Tensor Reduced(Tensor loss, Reduction reduction) => reduction switch
            {
                Reduction.Mean => loss.mean(),
                Reduction.Sum => loss.sum(),
                _ => loss,
            };
        }
    }
}
