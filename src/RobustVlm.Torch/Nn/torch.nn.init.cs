using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// Start values. Each function fills its tensor in place, records no gradient, and returns the tensor. Without a
        /// generator the numbers come from the default one, in PyTorch's order.
        /// </summary>
        public static class init
        {
            /// <summary>What follows the layer.</summary>
            public enum NonlinearityType
            {
                Linear = 0,
                Conv1D = 1,
                Conv2D = 2,
                Conv3D = 3,
                ConvTranspose1D = 4,
                ConvTranspose2D = 5,
                ConvTranspose3D = 6,
                Sigmoid = 7,
                Tanh = 8,
                ReLU = 9,
                LeakyReLU = 10,
            }

            /// <summary>Which sums keep their variance: those of the forward or of the backward pass.</summary>
            public enum FanInOut
            {
                FanIn = 0,
                FanOut = 1,
            }

            /// <summary>Factor by which start values must be larger before a nonlinearity.</summary>
            /// <param name="nonlinearity">What follows the layer.</param>
            /// <param name="param">Slope of the leaky ReLU; 0 gives the gain of the ReLU.</param>
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0.0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3,
                NonlinearityType.ReLU => Math.Sqrt(2),
                NonlinearityType.LeakyReLU => Math.Sqrt(2 / (1 + (param * param))),
                _ => 1,
            };

            /// <summary>Fills with one number.</summary>
            public static Tensor constant_(Tensor tensor, Scalar val) => Fill(tensor, t => Aten.fill__Scalar(t, val));

            /// <summary>Fills with ones.</summary>
            public static Tensor ones_(Tensor tensor) => constant_(tensor, 1);

            /// <summary>Fills with zeros.</summary>
            public static Tensor zeros_(Tensor tensor) => Fill(tensor, t => Aten.zero_(t));

            /// <summary>Uniform in [low, high).</summary>
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null) =>
                Fill(tensor, t => Aten.uniform_(t, low, high, generator));

            /// <summary>Normal with a mean and a standard deviation.</summary>
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null) =>
                Fill(tensor, t => Aten.normal_(t, mean, std, generator));

            /// <summary>Normal, cut off outside of [a, b] (bounds are values, not standard deviations).</summary>
            public static Tensor trunc_normal_(
                Tensor tensor, double mean = 0.0, double std = 1.0, double a = -2.0, double b = 2.0, Generator? generator = null) =>
                Fill(tensor, t =>
                {
                    // The inverse distribution function of a uniform number between the bounds' probabilities.
                    var (low, high) = (Probability((a - mean) / std), Probability((b - mean) / std));
                    Aten.uniform_(t, (2 * low) - 1, (2 * high) - 1, generator);
                    Aten.erfinv_(t);
                    Aten.mul__Scalar(t, std * Math.Sqrt(2));
                    Aten.add__Scalar(t, mean, 1);
                    Aten.clamp_(t, a, b);
                });

            /// <summary>Uniform so that variances are kept on the average of both passes (Glorot and Bengio 2010).</summary>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1.0) => xavier_uniform_(tensor, gain, null);

            /// <summary>Uniform so that variances are kept on the average of both passes (Glorot and Bengio 2010).</summary>
            public static Tensor xavier_uniform_(Tensor tensor, double gain, Generator? generator)
            {
                var bound = Math.Sqrt(3) * XavierDeviation(tensor, gain);
                return uniform_(tensor, -bound, bound, generator);
            }

            /// <summary>Normal so that variances are kept on the average of both passes (Glorot and Bengio 2010).</summary>
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1.0) => xavier_normal_(tensor, gain, null);

            /// <summary>Normal so that variances are kept on the average of both passes (Glorot and Bengio 2010).</summary>
            public static Tensor xavier_normal_(Tensor tensor, double gain, Generator? generator) =>
                normal_(tensor, 0, XavierDeviation(tensor, gain), generator);

            /// <summary>The same as <see cref="xavier_uniform_(Tensor, double)"/>.</summary>
            public static Tensor glorot_uniform_(Tensor tensor, double gain = 1.0) => glorot_uniform_(tensor, gain, null);

            /// <summary>The same as <see cref="xavier_uniform_(Tensor, double)"/>.</summary>
            public static Tensor glorot_uniform_(Tensor tensor, double gain, Generator? generator) =>
                xavier_uniform_(tensor, gain, generator);

            /// <summary>The same as <see cref="xavier_normal_(Tensor, double)"/>.</summary>
            public static Tensor glorot_normal_(Tensor tensor, double gain = 1.0) => glorot_normal_(tensor, gain, null);

            /// <summary>The same as <see cref="xavier_normal_(Tensor, double)"/>.</summary>
            public static Tensor glorot_normal_(Tensor tensor, double gain, Generator? generator) =>
                xavier_normal_(tensor, gain, generator);

            /// <summary>Uniform so that variances are kept through leaky ReLUs (He et al. 2015, arXiv:1502.01852).</summary>
            public static Tensor kaiming_uniform_(
                Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                kaiming_uniform_(tensor, a, mode, nonlinearity, null);

            /// <summary>Uniform so that variances are kept through leaky ReLUs (He et al. 2015, arXiv:1502.01852).</summary>
            public static Tensor kaiming_uniform_(
                Tensor tensor,
                double a,
                FanInOut mode,
                NonlinearityType nonlinearity,
                Generator? generator)
            {
                var bound = Math.Sqrt(3) * KaimingDeviation(tensor, a, mode, nonlinearity);
                return uniform_(tensor, -bound, bound, generator);
            }

            /// <summary>Normal so that variances are kept through leaky ReLUs (He et al. 2015, arXiv:1502.01852).</summary>
            public static Tensor kaiming_normal_(
                Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                kaiming_normal_(tensor, a, mode, nonlinearity, null);

            /// <summary>Normal so that variances are kept through leaky ReLUs (He et al. 2015, arXiv:1502.01852).</summary>
            public static Tensor kaiming_normal_(
                Tensor tensor,
                double a,
                FanInOut mode,
                NonlinearityType nonlinearity,
                Generator? generator) =>
                normal_(tensor, 0, KaimingDeviation(tensor, a, mode, nonlinearity), generator);

            /// <summary>Inputs per output and outputs per input of a weight.</summary>
            /// <param name="tensor">Weight [out, in, kernel...].</param>
            /// <exception cref="ArgumentException">The tensor has fewer than 2 dimensions.</exception>
            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                var shape = tensor.shape;
                if (shape.Length < 2)
                {
                    throw new ArgumentException($"Fan-in and fan-out need a weight with at least 2 dimensions, not {shape.Length}.", nameof(tensor));
                }

                var field = 1L;
                foreach (var size in shape.AsSpan(2))
                {
                    field *= size;
                }

                return (shape[1] * field, shape[0] * field);
            }

            private static Tensor Fill(Tensor tensor, Action<Tensor> fill)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                using var noGrad = no_grad();
                if (Init.IsSkipped)
                {
                    // Not left as it is: what nobody loads afterwards must be seen.
                    Aten.fill__Scalar(tensor, double.NaN);
                }
                else
                {
                    fill(tensor);
                }

                return tensor;
            }

            private static double XavierDeviation(Tensor tensor, double gain)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return gain * Math.Sqrt(2.0 / (fanIn + fanOut));
            }

            private static double KaimingDeviation(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            // Of the standard normal distribution. .NET has no error function; libtorch's is exact to the last digits.
            private static double Probability(double x)
            {
                using var argument = tensor(x / Math.Sqrt(2), ScalarType.Float64);
                using var value = Aten.erf(argument);
                return (1 + value.item<double>()) / 2;
            }
        }
    }
}
