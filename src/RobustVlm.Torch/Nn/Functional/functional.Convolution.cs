namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Convolution over sequences.</summary>
            /// <param name="input">Float tensor [N, C, L] or [C, L].</param>
            /// <param name="weight">Float tensor [C', C / groups, k].</param>
            /// <param name="bias">Float tensor [C'], or null.</param>
            /// <param name="stride">Steps; 1 when null.</param>
            /// <param name="padding">Zeros on both sides; none when null.</param>
            /// <param name="dilation">Spacing of the kernel's elements; 1 when null.</param>
            /// <param name="groups">Blocks of channels that do not see each other.</param>
            public static Tensor conv1d(
                Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null, long groups = 1) =>
                Aten.conv1d(input, weight, bias, [stride ?? 1], [padding ?? 0], [dilation ?? 1], groups);

            /// <inheritdoc cref="conv1d"/>
            public static Tensor conv1d_padding(
                Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, Padding padding = Padding.Valid, long? dilation = null, long groups = 1) =>
                Aten.conv1d_padding(input, weight, bias, [stride ?? 1], padding == Padding.Same ? "same" : "valid", [dilation ?? 1], groups);

            /// <summary>Transposed convolution over sequences.</summary>
            /// <param name="input">Float tensor [N, C, L] or [C, L].</param>
            /// <param name="weight">Float tensor [C, C' / groups, k].</param>
            /// <param name="bias">Float tensor [C'], or null.</param>
            /// <param name="stride">Steps; 1 when null.</param>
            /// <param name="padding">Rows taken off on both sides; none when null.</param>
            /// <param name="output_padding">Rows added on one side; none when null.</param>
            /// <param name="dilation">Spacing of the kernel's elements; 1 when null.</param>
            /// <param name="groups">Blocks of channels that do not see each other.</param>
            public static Tensor conv_transpose1d(
                Tensor input,
                Tensor weight,
                Tensor? bias = null,
                long? stride = null,
                long? padding = null,
                long? output_padding = null,
                long? dilation = null,
                long groups = 1) =>
                Aten.conv_transpose1d(input, weight, bias, [stride ?? 1], [padding ?? 0], [output_padding ?? 0], groups, [dilation ?? 1]);

            /// <summary>Convolution over images.</summary>
            /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
            /// <param name="weight">Float tensor [C', C / groups, kH, kW].</param>
            /// <param name="bias">Float tensor [C'], or null.</param>
            /// <param name="strides">Steps; one number stands for all; 1 when null.</param>
            /// <param name="padding">Zeros on both sides; one number stands for all; none when null.</param>
            /// <param name="dilation">Spacing of the kernel's elements; one number stands for all; 1 when null.</param>
            /// <param name="groups">Blocks of channels that do not see each other.</param>
            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Aten.conv2d(input, weight, bias, strides ?? [1], padding ?? [0], dilation ?? [1], groups);

            /// <inheritdoc cref="conv2d"/>
            public static Tensor conv2d_padding(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1) =>
                Aten.conv2d_padding(input, weight, bias, strides ?? [1], padding == Padding.Same ? "same" : "valid", dilation ?? [1], groups);

            /// <summary>Transposed convolution over images.</summary>
            /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
            /// <param name="weight">Float tensor [C, C' / groups, kH, kW].</param>
            /// <param name="bias">Float tensor [C'], or null.</param>
            /// <param name="strides">Steps; one number stands for all; 1 when null.</param>
            /// <param name="padding">Rows taken off on both sides; one number stands for all; none when null.</param>
            /// <param name="output_padding">Rows added on one side; one number stands for all; none when null.</param>
            /// <param name="dilation">Spacing of the kernel's elements; one number stands for all; 1 when null.</param>
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

            /// <summary>Convolution over volumes.</summary>
            /// <param name="input">Float tensor [N, C, D, H, W] or [C, D, H, W].</param>
            /// <param name="weight">Float tensor [C', C / groups, kD, kH, kW].</param>
            /// <param name="bias">Float tensor [C'], or null.</param>
            /// <param name="strides">Steps; one number stands for all; 1 when null.</param>
            /// <param name="padding">Zeros on both sides; one number stands for all; none when null.</param>
            /// <param name="dilation">Spacing of the kernel's elements; one number stands for all; 1 when null.</param>
            /// <param name="groups">Blocks of channels that do not see each other.</param>
            public static Tensor conv3d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Aten.conv3d(input, weight, bias, strides ?? [1], padding ?? [0], dilation ?? [1], groups);

            /// <inheritdoc cref="conv3d"/>
            public static Tensor conv3d_padding(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1) =>
                Aten.conv3d_padding(input, weight, bias, strides ?? [1], padding == Padding.Same ? "same" : "valid", dilation ?? [1], groups);

            /// <summary>Transposed convolution over volumes.</summary>
            /// <param name="input">Float tensor [N, C, D, H, W] or [C, D, H, W].</param>
            /// <param name="weight">Float tensor [C, C' / groups, kD, kH, kW].</param>
            /// <param name="bias">Float tensor [C'], or null.</param>
            /// <param name="strides">Steps; one number stands for all; 1 when null.</param>
            /// <param name="padding">Rows taken off on both sides; one number stands for all; none when null.</param>
            /// <param name="output_padding">Rows added on one side; one number stands for all; none when null.</param>
            /// <param name="dilation">Spacing of the kernel's elements; one number stands for all; 1 when null.</param>
            /// <param name="groups">Blocks of channels that do not see each other.</param>
            public static Tensor conv_transpose3d(
                Tensor input,
                Tensor weight,
                Tensor? bias = null,
                long[]? strides = null,
                long[]? padding = null,
                long[]? output_padding = null,
                long[]? dilation = null,
                long groups = 1) =>
                Aten.conv_transpose3d_input(input, weight, bias, strides ?? [1], padding ?? [0], output_padding ?? [0], groups, dilation ?? [1]);
        }
    }
}
