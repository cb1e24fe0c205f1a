namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <inheritdoc cref="adaptive_avg_pool3d(Tensor, long[])"/>
            public static Tensor adaptive_avg_pool3d(Tensor input, (long, long, long) output_size) =>
                Aten.adaptive_avg_pool3d(input, [output_size.Item1, output_size.Item2, output_size.Item3]);

            /// <inheritdoc cref="adaptive_avg_pool3d(Tensor, long[])"/>
            public static Tensor adaptive_avg_pool3d(Tensor input, long output_size) => Aten.adaptive_avg_pool3d(input, [output_size, output_size, output_size]);

            /// <summary>Puts elements back where <see cref="max_pool1d_with_indices"/> found them; zeros elsewhere.</summary>
            public static Tensor max_unpool1d(Tensor input, Tensor indices, long kernel_size, long? stride = null, long? padding = null, long[]? output_size = null)
            {
                ArgumentNullException.ThrowIfNull(input);
                if (input.dim() == 0)
                {
                    throw new ArgumentException("A pooled sequence [N, C, L] has at least one dimension; this tensor is a single number.", nameof(input));
                }

                using var scope = NewDisposeScope();
                var length = Last(output_size, 1)?[0] ?? UnpooledSize(input.shape[^1], kernel_size, stride ?? kernel_size, padding ?? 0);
                return Aten.max_unpool2d(input.unsqueeze(-1), indices.unsqueeze(-1), [length, 1]).squeeze(-1).MoveToOuterDisposeScope();
            }

            /// <summary>Puts elements back where <see cref="max_pool2d_with_indices(Tensor, long[], long[], long[], long[], bool)"/> found them; zeros elsewhere.</summary>
            public static Tensor max_unpool2d(Tensor input, Tensor indices, long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? output_size = null) =>
                Aten.max_unpool2d(input, indices, Last(output_size, 2) ?? UnpooledSizes(input, 2, kernel_size, stride, padding));

            /// <summary>Puts elements back where <see cref="max_pool3d_with_indices"/> found them; zeros elsewhere.</summary>
            public static Tensor max_unpool3d(Tensor input, Tensor indices, long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? output_size = null)
            {
                long[] Three(long[] numbers) => numbers.Length == 3 ? numbers : [numbers[0], numbers[0], numbers[0]];

                return Aten.max_unpool3d(
                    input, indices, Last(output_size, 3) ?? UnpooledSizes(input, 3, kernel_size, stride, padding), Three(stride ?? kernel_size), Three(padding ?? [0]));
            }

            /// <summary>The p-norm of windows of a sequence [N, C, L].</summary>
            public static Tensor lp_pool1d(Tensor input, double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false)
            {
                using var scope = NewDisposeScope();
                return Rooted(avg_pool1d(input.pow(norm_type), kernel_size, stride, null, ceil_mode), kernel_size, norm_type).MoveToOuterDisposeScope();
            }

            /// <summary>The p-norm of windows of an image [N, C, H, W].</summary>
            public static Tensor lp_pool2d(Tensor input, double norm_type, long[] kernel_size, long[]? stride = null, bool ceil_mode = false)
            {
                ArgumentNullException.ThrowIfNull(kernel_size);
                if (kernel_size.Length is not (1 or 2))
                {
                    throw new ArgumentException($"kernel_size needs one or two numbers, not {kernel_size.Length}.", nameof(kernel_size));
                }

                using var scope = NewDisposeScope();
                var area = kernel_size.Length == 1 ? kernel_size[0] * kernel_size[0] : kernel_size[0] * kernel_size[1];
                return Rooted(avg_pool2d(input.pow(norm_type), kernel_size, stride, null, ceil_mode), area, norm_type).MoveToOuterDisposeScope();
            }

            /// <inheritdoc cref="lp_pool2d(Tensor, double, long[], long[], bool)"/>
            public static Tensor lp_pool2d(Tensor input, double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false) =>
                lp_pool2d(input, norm_type, [kernel_size], stride is { } s ? [s] : null, ceil_mode);

            /// <summary>Divides by the activity of neighbouring channels.</summary>
            /// <param name="input">Float tensor [N, C, ...] with at least three dimensions.</param>
            /// <param name="size">Number of neighbouring channels.</param>
            /// <param name="alpha">Factor of the mean square.</param>
            /// <param name="beta">Exponent.</param>
            /// <param name="k">What is added to the mean square.</param>
            public static Tensor local_response_norm(Tensor input, long size, double alpha = 0.0001, double beta = 0.75, double k = 1.0)
            {
                ArgumentNullException.ThrowIfNull(input);
                if (input.dim() < 3)
                {
                    throw new ArgumentException($"Neighbouring channels need a tensor [N, C, ...] with at least three dimensions, not [{string.Join(", ", input.shape)}].", nameof(input));
                }

                using var scope = NewDisposeScope();
                var sizes = input.shape;
                var channelsAsHeight = input.square().reshape(sizes[0], 1, sizes[1], -1);
                var padded = functional.pad(channelsAsHeight, [0, 0, size / 2, (size - 1) / 2]);
                var activity = avg_pool2d(padded, [size, 1], [1]).reshape(sizes);
                return (input / ((activity * alpha) + k).pow(beta)).MoveToOuterDisposeScope();
            }

            private static long[]? Last(long[]? output_size, int spatial) =>
                output_size is null || output_size.Length >= spatial
                    ? output_size?[^spatial..]
                    : throw new ArgumentException($"output_size needs at least {spatial} numbers, not {output_size.Length}.", nameof(output_size));

            private static Tensor Rooted(Tensor mean, long count, double norm_type) => (mean.sign() * mean.abs() * count).pow(1 / norm_type);

            private static Tensor First((Tensor Values, Tensor Indices) results)
            {
                results.Indices.Dispose();
                return results.Values;
            }

            private static long UnpooledSize(long size, long kernel, long stride, long padding) => ((size - 1) * stride) + kernel - (2 * padding);

            private static long[] UnpooledSizes(Tensor input, int spatial, long[] kernel, long[]? stride, long[]? padding)
            {
                static long At(long[] numbers, int i) => numbers.Length == 1 ? numbers[0] : i < numbers.Length ? numbers[i]
                    : throw new ArgumentException($"{numbers.Length} numbers were given where one or one for each dimension is needed.");

                if (input.dim() <= spatial)
                {
                    throw new ArgumentException($"A pooled tensor [N, C, ...] has more than {spatial} dimensions; this one is [{string.Join(", ", input.shape)}].", nameof(input));
                }

                return [.. Enumerable.Range(0, spatial).Select(i => UnpooledSize(input.shape[^(spatial - i)], At(kernel, i), At(stride ?? kernel, i), At(padding ?? [0], i)))];
            }
        }
    }
}
