namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Means of windows of a sequence.</summary>
            /// <param name="input">Float tensor [N, C, L] or [C, L].</param>
            /// <param name="kernel_size">Window.</param>
            /// <param name="stride">Steps; the window when null.</param>
            /// <param name="padding">Zeros on both sides; none when null.</param>
            /// <param name="ceil_mode">Whether windows may end outside of the sequence.</param>
            /// <param name="count_include_pad">Whether padding counts in the mean.</param>
            public static Tensor avg_pool1d(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true) =>
                Aten.avg_pool1d(input, [kernel_size], [stride ?? kernel_size], [padding ?? 0], ceil_mode, count_include_pad);

            /// <summary>Means of windows of a volume.</summary>
            /// <param name="input">Float tensor [N, C, D, H, W] or [C, D, H, W].</param>
            /// <param name="kernel_size">Window, one or three numbers.</param>
            /// <param name="stride">Steps; the window when null.</param>
            /// <param name="padding">Zeros on both sides; none when null.</param>
            /// <param name="ceil_mode">Whether windows may end outside of the volume.</param>
            /// <param name="count_include_pad">Whether padding counts in the mean.</param>
            /// <param name="divisor_override">Number to divide by instead of the window's size, or null.</param>
            public static Tensor avg_pool3d(
                Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                Aten.avg_pool3d(input, kernel_size, stride ?? kernel_size, padding ?? [0], ceil_mode, count_include_pad, divisor_override);

            /// <summary>Maxima of windows of a sequence.</summary>
            /// <param name="input">Float tensor [N, C, L] or [C, L].</param>
            /// <param name="kernel_size">Window.</param>
            /// <param name="stride">Steps; the window when null.</param>
            /// <param name="padding">Padding on both sides, which never wins; none when null.</param>
            /// <param name="dilation">Spacing of the window's elements; 1 when null.</param>
            /// <param name="ceil_mode">Whether windows may end outside of the sequence.</param>
            public static Tensor max_pool1d(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                Aten.max_pool1d(input, [kernel_size], [stride ?? kernel_size], [padding ?? 0], [dilation ?? 1], ceil_mode);

            /// <summary>Maxima of windows of a sequence and where each was found.</summary>
            /// <inheritdoc cref="max_pool1d"/>
            public static (Tensor output, Tensor indices) max_pool1d_with_indices(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                Aten.max_pool1d_with_indices(input, [kernel_size], [stride ?? kernel_size], [padding ?? 0], [dilation ?? 1], ceil_mode);

            /// <summary>Maxima of windows of a volume.</summary>
            /// <param name="input">Float tensor [N, C, D, H, W] or [C, D, H, W].</param>
            /// <param name="kernel_size">Window, one or three numbers.</param>
            /// <param name="strides">Steps; the window when null.</param>
            /// <param name="padding">Padding on both sides, which never wins; none when null.</param>
            /// <param name="dilation">Spacing of the window's elements; 1 when null.</param>
            /// <param name="ceil_mode">Whether windows may end outside of the volume.</param>
            public static Tensor max_pool3d(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                Aten.max_pool3d(input, kernel_size, strides ?? kernel_size, padding ?? [0], dilation ?? [1], ceil_mode);

            /// <summary>Maxima of windows of a volume and where each was found.</summary>
            /// <inheritdoc cref="max_pool3d"/>
            public static (Tensor output, Tensor indices) max_pool3d_with_indices(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                Aten.max_pool3d_with_indices(input, kernel_size, strides ?? kernel_size, padding ?? [0], dilation ?? [1], ceil_mode);
        }
    }
}
