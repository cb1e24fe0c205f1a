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

            /// <summary>Convolution over sequences.</summary>
            /// <param name="input">Float tensor [N, C, L] or [C, L].</param>
            /// <param name="weight">Float tensor [C', C / groups, k].</param>
            /// <param name="bias">Float tensor [C'], or null.</param>
            /// <param name="stride">Step; 1 when null.</param>
            /// <param name="padding">Zeros on both sides; none when null.</param>
            /// <param name="dilation">Spacing of the kernel's elements; 1 when null.</param>
            /// <param name="groups">Blocks of channels that do not see each other.</param>
            public static Tensor conv1d(
                Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null, long groups = 1) =>
                Aten.conv1d(input, weight, bias, [stride ?? 1], [padding ?? 0], [dilation ?? 1], groups);

            /// <summary>Convolution over images.</summary>
            /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
            /// <param name="weight">Float tensor [C', C / groups, kH, kW].</param>
            /// <param name="bias">Float tensor [C'], or null.</param>
            /// <param name="strides">Steps, one or two numbers; 1 when null.</param>
            /// <param name="padding">Zeros on both sides, one or two numbers; none when null.</param>
            /// <param name="dilation">Spacing of the kernel's elements, one or two numbers; 1 when null.</param>
            /// <param name="groups">Blocks of channels that do not see each other.</param>
            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Aten.conv2d(input, weight, bias, strides ?? [1], padding ?? [0], dilation ?? [1], groups);

            /// <summary>Transposed convolution over images.</summary>
            /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
            /// <param name="weight">Float tensor [C, C' / groups, kH, kW].</param>
            /// <param name="bias">Float tensor [C'], or null.</param>
            /// <param name="strides">Steps; 1 when null.</param>
            /// <param name="padding">Rows taken off on both sides; none when null.</param>
            /// <param name="output_padding">Rows added on one side; none when null.</param>
            /// <param name="dilation">Spacing of the kernel's elements; 1 when null.</param>
            /// <param name="groups">Blocks of channels that do not see each other.</param>
            public static Tensor conv_transpose2d(
                Tensor input,
                Tensor weight,
                Tensor? bias = null,
                long[]? strides = null,
                long[]? padding = null,
                long[]? output_padding = null,
                long[]? dilation = null,
                long groups = 1) =>
                Aten.conv_transpose2d_input(input, weight, bias, strides ?? [1], padding ?? [0], output_padding ?? [0], groups, dilation ?? [1]);

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
        }
    }
}
