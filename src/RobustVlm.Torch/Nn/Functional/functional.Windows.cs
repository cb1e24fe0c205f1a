namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Cuts windows out of images, each as one column.</summary>
            /// <param name="input">Float tensor [N, C, H, W].</param>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="dilation">Spacing of the window's elements; 1 when null.</param>
            /// <param name="padding">Zeros on both sides; none when null.</param>
            /// <param name="stride">Steps; 1 when null.</param>
            /// <returns>Float tensor [N, C · kH · kW, windows].</returns>
            public static Tensor unfold(
                Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null) =>
                Aten.im2col(input, Pair(kernel_size), Pair(dilation ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(stride ?? (1, 1)));

            /// <inheritdoc cref="unfold(Tensor, ValueTuple{long, long}, ValueTuple{long, long}?, ValueTuple{long, long}?, ValueTuple{long, long}?)"/>
            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                unfold(input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            /// <summary>Turns channels into pixels: [N, C · r², H, W] to [N, C, H · r, W · r].</summary>
            public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => Aten.pixel_shuffle(input, upscale_factor);

            /// <summary>Turns pixels into channels: [N, C, H · r, W · r] to [N, C · r², H, W].</summary>
            public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) => Aten.pixel_unshuffle(input, downscale_factor);

            /// <summary>Adds columns up to images.</summary>
            /// <param name="input">Float tensor [N, C · kH · kW, windows].</param>
            /// <param name="output_size">Height and width of the images.</param>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="dilation">Spacing of the window's elements; 1 when null.</param>
            /// <param name="padding">Zeros on both sides; none when null.</param>
            /// <param name="stride">Steps; 1 when null.</param>
            /// <returns>Float tensor [N, C, H, W].</returns>
            public static Tensor fold(
                Tensor input,
                (long, long) output_size,
                (long, long) kernel_size,
                (long, long)? dilation = null,
                (long, long)? padding = null,
                (long, long)? stride = null) =>
                Aten.col2im(input, Pair(output_size), Pair(kernel_size), Pair(dilation ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(stride ?? (1, 1)));

            /// <inheritdoc cref="fold(Tensor, ValueTuple{long, long}, ValueTuple{long, long}, ValueTuple{long, long}?, ValueTuple{long, long}?, ValueTuple{long, long}?)"/>
            public static Tensor fold(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                fold(input, (output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            // libtorch's own operator for this has no gradient on the CPU.
            internal static Tensor ShuffledChannels(Tensor input, long groups)
            {
                ArgumentNullException.ThrowIfNull(input);
                if (input.dim() < 2 || groups < 1 || input.shape[1] % groups != 0)
                {
                    throw new ArgumentException($"The channels of [{string.Join(", ", input.shape)}] cannot be split into {groups} groups.", nameof(input));
                }

                using var grouped = Aten.unflatten_int(input, 1, [groups, -1]);
                using var turned = Aten.transpose_int(grouped, 1, 2);
                return Aten.flatten_using_ints(turned, 1, 2);
            }
        }
    }
}
