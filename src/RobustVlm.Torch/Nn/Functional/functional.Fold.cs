namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>x₁ᵀ W x₂ + b for each pair of vectors.</summary>
            /// <param name="input1">Float tensor [..., in1].</param>
            /// <param name="input2">Float tensor [..., in2].</param>
            /// <param name="weight">Float tensor [out, in1, in2].</param>
            /// <param name="bias">Float tensor [out], or null.</param>
            /// <returns>Float tensor [..., out].</returns>
            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null) => Aten.bilinear(input1, input2, weight, bias);

            /// <summary>Adds windows up into an image; the transpose of unfold.</summary>
            /// <param name="input">Float tensor [N, C · windowH · windowW, L].</param>
            /// <param name="output_size">Height and width of the image.</param>
            /// <param name="kernel_size">Size of the windows.</param>
            /// <param name="dilation">Spacing inside a window; 1 when null.</param>
            /// <param name="padding">Zeros on both sides; none when null.</param>
            /// <param name="stride">Steps between windows; 1 when null.</param>
            /// <returns>Float tensor [N, C, H, W].</returns>
            public static Tensor fold(
                Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null) =>
                Aten.col2im(input, Pair(output_size), Pair(kernel_size), Pair(dilation ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(stride ?? (1, 1)));

            /// <inheritdoc cref="fold(Tensor, ValueTuple{long, long}, ValueTuple{long, long}, ValueTuple{long, long}?, ValueTuple{long, long}?, ValueTuple{long, long}?)"/>
            public static Tensor fold(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                fold(input, (output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));
        }
    }
}
