namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The layers as functions: everything they need is passed in.</summary>
        public static partial class functional
        {
            /// <summary>input · weightsᵀ + bias.</summary>
            /// <param name="input">Float tensor [..., in].</param>
            /// <param name="weights">Float tensor [out, in].</param>
            /// <param name="bias">Float tensor [out], or null.</param>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Aten.linear(input, weights, bias);

            /// <summary>Looks vectors up.</summary>
            /// <param name="input">Long or int tensor of any shape [...], indices into the table.</param>
            /// <param name="weight">Float tensor [K, D], the table.</param>
            /// <param name="padding_idx">Index that gets no gradient, or null.</param>
            /// <param name="max_norm">Vectors longer than this are shortened in the table itself; null for no limit.</param>
            /// <param name="norm_type">Kind of norm for that.</param>
            /// <param name="scale_grad_by_freq">Whether gradients are divided by how often the index occurs.</param>
            /// <param name="sparse">Whether the gradient is a sparse tensor.</param>
            /// <returns>Float tensor [..., D].</returns>
            public static Tensor embedding(
                Tensor input, Tensor weight, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false)
            {
                if (max_norm is { } limit)
                {
                    using var noGrad = no_grad();
                    Aten.embedding_renorm_(weight, input, limit, norm_type);
                }

                return Aten.embedding(weight, input, padding_idx ?? -1, scale_grad_by_freq, sparse);
            }

            /// <summary>Numbers as 0/1 vectors.</summary>
            /// <param name="x">Long tensor of any shape [...], values from 0.</param>
            /// <param name="num_classes">Length of the vectors; -1 for the largest value plus one.</param>
            /// <returns>Long tensor [..., K].</returns>
            public static Tensor one_hot(Tensor x, long num_classes = -1)
            {
                ArgumentNullException.ThrowIfNull(x);
                return x.dtype == ScalarType.Int64
                    ? Aten.one_hot(x, num_classes)
                    : throw new ArgumentException($"one_hot takes Int64 class indices, not {x.dtype}; convert with .to(ScalarType.Int64).", nameof(x));
            }

            /// <summary>Cosine of the angle between vectors along a dimension.</summary>
            /// <param name="x1">Float tensor [..., D].</param>
            /// <param name="x2">Float tensor [..., D].</param>
            /// <param name="dim">Dimension of the vectors.</param>
            /// <param name="eps">Smallest product of norms to divide by.</param>
            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8) => Aten.cosine_similarity(x1, x2, dim, eps);

            /// <summary>Norm of the difference of vectors.</summary>
            /// <param name="input1">Float tensor [N, D] or [D].</param>
            /// <param name="input2">Float tensor [N, D] or [D].</param>
            /// <param name="p">Kind of norm.</param>
            /// <param name="eps">Added to the differences.</param>
            /// <param name="keepdim">Whether the last dimension stays, with size 1.</param>
            public static Tensor pairwise_distance(Tensor input1, Tensor input2, double p = 2.0, double eps = 1e-6, bool keepdim = false) =>
                Aten.pairwise_distance(input1, input2, p, eps, keepdim);

            /// <summary>x₁ᵀ W x₂ + b for each pair of vectors.</summary>
            /// <param name="input1">Float tensor [..., in1].</param>
            /// <param name="input2">Float tensor [..., in2].</param>
            /// <param name="weight">Float tensor [out, in1, in2].</param>
            /// <param name="bias">Float tensor [out], or null.</param>
            /// <returns>Float tensor [..., out].</returns>
            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null) => Aten.bilinear(input1, input2, weight, bias);
        }
    }
}
