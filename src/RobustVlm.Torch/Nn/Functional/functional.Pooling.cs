namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Means of windows of an image.</summary>
            /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">Window, one or two numbers.</param>
            /// <param name="stride">Steps; the window when null.</param>
            /// <param name="padding">Zeros on both sides; none when null.</param>
            /// <param name="ceil_mode">Whether windows may end outside of the image.</param>
            /// <param name="count_include_pad">Whether padding counts in the mean.</param>
            /// <param name="divisor_override">Number to divide by instead of the window's area, or null.</param>
            public static Tensor avg_pool2d(
                Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                Aten.avg_pool2d(input, kernel_size, stride ?? kernel_size, padding ?? [0], ceil_mode, count_include_pad, divisor_override);

            /// <inheritdoc cref="avg_pool2d(Tensor, long[], long[], long[], bool, bool, long?)"/>
            public static Tensor avg_pool2d(
                Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                Aten.avg_pool2d(input, [kernel_size], [stride ?? kernel_size], [padding], ceil_mode, count_include_pad, divisor_override);

            /// <inheritdoc cref="avg_pool2d(Tensor, long[], long[], long[], bool, bool, long?)"/>
            public static Tensor avg_pool2d(
                Tensor input,
                (long, long) kernel_size,
                (long, long)? stride = null,
                (long, long)? padding = null,
                bool ceil_mode = false,
                bool count_include_pad = true,
                long? divisor_override = null) =>
                avg_pool2d(input, Pair(kernel_size), Pair(stride), Pair(padding), ceil_mode, count_include_pad, divisor_override);

            /// <summary>Maxima of windows of an image.</summary>
            /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">Window, one or two numbers.</param>
            /// <param name="strides">Steps; the window when null.</param>
            /// <param name="padding">Padding on both sides, which never wins; none when null.</param>
            /// <param name="dilation">Spacing of the window's elements; 1 when null.</param>
            /// <param name="ceil_mode">Whether windows may end outside of the image.</param>
            public static Tensor max_pool2d(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                Aten.max_pool2d(input, kernel_size, strides ?? kernel_size, padding ?? [0], dilation ?? [1], ceil_mode);

            /// <inheritdoc cref="max_pool2d(Tensor, long[], long[], long[], long[], bool)"/>
            public static Tensor max_pool2d(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                Aten.max_pool2d(input, [kernel_size], [stride ?? kernel_size], [padding ?? 0], [dilation ?? 1], ceil_mode);

            /// <inheritdoc cref="max_pool2d(Tensor, long[], long[], long[], long[], bool)"/>
            public static Tensor max_pool2d(
                Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, Pair(kernel_size), Pair(stride), Pair(padding), Pair(dilation), ceil_mode);

            /// <summary>Maxima of windows and where in the flattened image each was found.</summary>
            /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">Window, one or two numbers.</param>
            /// <param name="strides">Steps; the window when null.</param>
            /// <param name="padding">Padding on both sides; none when null.</param>
            /// <param name="dilation">Spacing of the window's elements; 1 when null.</param>
            /// <param name="ceil_mode">Whether windows may end outside of the image.</param>
            public static (Tensor output, Tensor indices) max_pool2d_with_indices(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                Aten.max_pool2d_with_indices(input, kernel_size, strides ?? kernel_size, padding ?? [0], dilation ?? [1], ceil_mode);

            /// <summary>Means of windows chosen so that the output has a given size.</summary>
            /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
            /// <param name="output_size">Height and width.</param>
            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size)
            {
                ArgumentNullException.ThrowIfNull(output_size);
                return output_size.Length == 2
                    ? Aten.adaptive_avg_pool2d(input, output_size)
                    : throw new ArgumentException($"The output size has 2 numbers (height and width), not {output_size.Length}.", nameof(output_size));
            }

            /// <inheritdoc cref="adaptive_avg_pool2d(Tensor, long[])"/>
            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => adaptive_avg_pool2d(input, Pair(output_size));

            /// <inheritdoc cref="adaptive_avg_pool2d(Tensor, long[])"/>
            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => adaptive_avg_pool2d(input, [output_size, output_size]);

            private static long[] Pair((long, long) numbers) => [numbers.Item1, numbers.Item2];

            private static long[]? Pair((long, long)? numbers) => numbers is { } pair ? Pair(pair) : null;
        }
    }
}
