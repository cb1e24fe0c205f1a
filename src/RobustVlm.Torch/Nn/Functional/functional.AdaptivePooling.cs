namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Means of windows chosen so that the output has a given size.</summary>
            /// <param name="input">Float tensor [N, C, L] or [C, L].</param>
            /// <param name="output_size">Size of the output.</param>
            public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) => Aten.adaptive_avg_pool1d(input, [output_size]);

            /// <summary>Maxima of windows chosen so that the output has a given size.</summary>
            /// <param name="input">Float tensor [N, C, L] or [C, L].</param>
            /// <param name="output_size">Size of the output.</param>
            public static Tensor adaptive_max_pool1d(Tensor input, long output_size)
            {
                var (values, indices) = Aten.adaptive_max_pool1d(input, [output_size]);
                indices.Dispose();
                return values;
            }

            /// <summary>The same and where each was found.</summary>
            /// <inheritdoc cref="adaptive_max_pool1d"/>
            public static (Tensor Values, Tensor Indices) adaptive_max_pool1d_with_indices(Tensor input, long output_size) =>
                Aten.adaptive_max_pool1d(input, [output_size]);

            /// <summary>Maxima of windows chosen so that the output has a given size.</summary>
            /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
            /// <param name="output_size">Size of the output, one number per dimension.</param>
            public static Tensor adaptive_max_pool2d(Tensor input, long[] output_size)
            {
                var (values, indices) = Aten.adaptive_max_pool2d(input, Sizes(output_size, 2));
                indices.Dispose();
                return values;
            }

            /// <summary>The same and where each was found.</summary>
            /// <inheritdoc cref="adaptive_max_pool2d"/>
            public static (Tensor Values, Tensor Indices) adaptive_max_pool2d_with_indices(Tensor input, long[] output_size) =>
                Aten.adaptive_max_pool2d(input, Sizes(output_size, 2));

            /// <summary>Means of windows chosen so that the output has a given size.</summary>
            /// <param name="input">Float tensor [N, C, D, H, W] or [C, D, H, W].</param>
            /// <param name="output_size">Size of the output, one number per dimension.</param>
            public static Tensor adaptive_avg_pool3d(Tensor input, long[] output_size) => Aten.adaptive_avg_pool3d(input, Sizes(output_size, 3));

            /// <summary>Maxima of windows chosen so that the output has a given size.</summary>
            /// <param name="input">Float tensor [N, C, D, H, W] or [C, D, H, W].</param>
            /// <param name="output_size">Size of the output, one number per dimension.</param>
            public static Tensor adaptive_max_pool3d(Tensor input, long[] output_size)
            {
                var (values, indices) = Aten.adaptive_max_pool3d(input, Sizes(output_size, 3));
                indices.Dispose();
                return values;
            }

            /// <summary>The same and where each was found.</summary>
            /// <inheritdoc cref="adaptive_max_pool3d"/>
            public static (Tensor Values, Tensor Indices) adaptive_max_pool3d_with_indices(Tensor input, long[] output_size) =>
                Aten.adaptive_max_pool3d(input, Sizes(output_size, 3));

            private static long[] Sizes(long[] output_size, int dimensions)
            {
                ArgumentNullException.ThrowIfNull(output_size);
                return output_size.Length == dimensions
                    ? output_size
                    : throw new ArgumentException($"The output size has {dimensions} numbers, not {output_size.Length}.", nameof(output_size));
            }
        }
    }
}
