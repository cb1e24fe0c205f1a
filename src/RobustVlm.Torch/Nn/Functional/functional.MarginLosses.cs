namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>1 - cosine for pairs that belong together, max(0, cosine - margin) for the others.</summary>
            /// <param name="input1">Float tensor [N, D] or [D].</param>
            /// <param name="input2">Float tensor [N, D] or [D].</param>
            /// <param name="target">Tensor [N] or [] of 1 (together) and -1.</param>
            /// <param name="margin">Cosine that is small enough.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Aten.cosine_embedding_loss(input1, input2, target, margin, (long)reduction);

            /// <summary>x for pairs that belong together, max(0, margin - x) for the others.</summary>
            /// <param name="input">Float tensor [...] of distances.</param>
            /// <param name="target">Tensor [...] of 1 (together) and -1.</param>
            /// <param name="margin">Distance that is enough. 0 here as in TorchSharp; the module's and PyTorch's default is 1.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor hinge_embedding_loss(Tensor input, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Aten.hinge_embedding_loss(input, target, margin, (long)reduction);

            /// <summary>max(0, margin - target · (input1 - input2)).</summary>
            /// <param name="input1">Float tensor [N] or [].</param>
            /// <param name="input2">Float tensor [N] or [].</param>
            /// <param name="target">Tensor [N] or [] of 1 (the first shall be larger) and -1.</param>
            /// <param name="margin">Distance that is enough.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Aten.margin_ranking_loss(input1, input2, target, margin, (long)reduction);

            /// <summary>Hinge loss between several right classes and the others.</summary>
            /// <param name="input">Float tensor [N, K] or [K].</param>
            /// <param name="target">Long tensor [N, K] or [K] of class indices, ended by -1.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor multi_label_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.multilabel_margin_loss(input, target, (long)reduction);

            /// <summary>Binary cross-entropy of logits, averaged over the classes.</summary>
            /// <param name="input">Float tensor [N, K] of logits.</param>
            /// <param name="target">Float tensor [N, K] of 0 and 1.</param>
            /// <param name="weight">Float tensor [K], weight of each class, or null.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor multilabel_soft_margin_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
            {
                using var each = Aten.binary_cross_entropy_with_logits(input, target, weight, null, (long)Reduction.None);
                var classes = Aten.mean_dim(each, [-1L], false, null);
                return Reduced(classes, reduction);
            }

            /// <summary>Hinge loss between the right class and the others.</summary>
            /// <param name="input">Float tensor [N, K] or [K].</param>
            /// <param name="target">Long tensor [N] or [] of class indices.</param>
            /// <param name="p">Power of the hinge, 1 or 2.</param>
            /// <param name="margin">Distance that is enough.</param>
            /// <param name="weight">Float tensor [K], weight of each class, or null.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor multi_margin_loss(
                Tensor input, Tensor target, int p = 1, double margin = 1.0, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Aten.multi_margin_loss(input, target, p, margin, weight, (long)reduction);

            /// <summary>log(1 + exp(-target · input)).</summary>
            /// <param name="input">Float tensor [...].</param>
            /// <param name="target">Float tensor [...] of 1 and -1.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor soft_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.soft_margin_loss(input, target, (long)reduction);

            /// <summary>max(0, distance to the positive - distance to the negative + margin).</summary>
            /// <param name="anchor">Float tensor [N, D] or [D].</param>
            /// <param name="positive">Float tensor [N, D] or [D].</param>
            /// <param name="negative">Float tensor [N, D] or [D].</param>
            /// <param name="margin">Distance that is enough.</param>
            /// <param name="p">Kind of norm.</param>
            /// <param name="eps">Added to the differences.</param>
            /// <param name="swap">Whether the positive may stand in for the anchor where it is closer to the negative.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor triplet_margin_loss(
                Tensor anchor,
                Tensor positive,
                Tensor negative,
                double margin = 1.0,
                long p = 2,
                double eps = 1e-06,
                bool swap = false,
                Reduction reduction = Reduction.Mean) =>
                Aten.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, (long)reduction);

            /// <summary>The triplet loss with a distance of one's own.</summary>
            /// <param name="anchor">Float tensor [N, D].</param>
            /// <param name="positive">Float tensor [N, D].</param>
            /// <param name="negative">Float tensor [N, D].</param>
            /// <param name="distance">Distance of two batches: float tensor [N]; the Euclidean one when null.</param>
            /// <param name="margin">Distance that is enough.</param>
            /// <param name="swap">Whether the positive may stand in for the anchor where it is closer to the negative.</param>
            /// <param name="reduction">Mean, sum or none.</param>
            public static Tensor triplet_margin_with_distance_loss(
                Tensor anchor,
                Tensor positive,
                Tensor negative,
                Func<Tensor, Tensor, Tensor>? distance = null,
                double margin = 1.0,
                bool swap = false,
                Reduction reduction = Reduction.Mean)
            {
                distance ??= (one, two) => pairwise_distance(one, two);
                using var scope = NewDisposeScope();
                var far = distance(anchor, negative);
                if (swap)
                {
                    far = Aten.minimum(far, distance(positive, negative));
                }

                var gap = Aten.sub_Tensor(distance(anchor, positive), far, 1);
                return Reduced(Aten.clamp_min(Aten.add_Scalar(gap, margin, 1), 0), reduction).MoveToOuterDisposeScope();
            }

            private static Tensor Reduced(Tensor losses, Reduction reduction)
            {
                if (reduction == Reduction.None)
                {
                    return losses;
                }

                using (losses)
                {
                    return reduction == Reduction.Mean ? Aten.mean(losses, null) : Aten.sum(losses, null);
                }
            }
        }
    }
}
