using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>The Gaussian error linear unit, exact.</summary>
            public static Tensor gelu(Tensor x) => Aten.gelu(x, "none");

            /// <summary>The Gaussian error linear unit, exact.</summary>
            public static Tensor gelu(Tensor x, bool inplace) => gelu(x, Modules.GELU.Approximate.none, inplace);

            /// <summary>The Gaussian error linear unit.</summary>
            public static Tensor gelu(Tensor x, GELU.Approximate approximate, bool inplace = false)
            {
                var kind = approximate == Modules.GELU.Approximate.tanh ? "tanh" : "none";
                return inplace ? Aten.gelu_(x, kind).alias() : Aten.gelu(x, kind);
            }

            /// <summary>max(x, 0).</summary>
            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? Aten.relu_(x).alias() : Aten.relu(x);

            /// <summary>max(x, 0) + slope · min(x, 0).</summary>
            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
                inplace ? Aten.leaky_relu_(input, negative_slope).alias() : Aten.leaky_relu(input, negative_slope);

            /// <summary>x times its sigmoid.</summary>
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? Aten.silu_(x).alias() : Aten.silu(x);

            /// <summary>1 / (1 + exp(-x)).</summary>
            public static Tensor sigmoid(Tensor x) => Aten.sigmoid(x);

            /// <summary>1 / (1 + exp(-x)).</summary>
            public static Tensor sigmoid(Tensor x, bool inplace) => inplace ? Aten.sigmoid_(x).alias() : Aten.sigmoid(x);

            /// <summary>The hyperbolic tangent.</summary>
            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? Aten.tanh_(x).alias() : Aten.tanh(x);

            /// <summary>log(1 + exp(βx)) / β; linear where βx is above the threshold.</summary>
            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => Aten.softplus(x, beta, threshold);

            /// <summary>Exponentials divided by their sum along a dimension.</summary>
            /// <param name="input">Float tensor of any shape [...].</param>
            /// <param name="dim">Dimension whose entries will sum to 1.</param>
            /// <param name="dtype">Type to convert to first, or null.</param>
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Aten.softmax_int(input, dim, dtype);

            /// <summary>The logarithm of the softmax, computed stably.</summary>
            public static Tensor log_softmax(Tensor x, long dim) => Aten.log_softmax_int(x, dim, null);

            /// <summary>min(max(x, 0), 6).</summary>
            public static Tensor relu6(Tensor x, bool inplace = false) => inplace ? Aten.relu6_(x).alias() : Aten.relu6(x);

            /// <summary>max(x, 0) + w · min(x, 0), with one slope or one per channel.</summary>
            public static Tensor prelu(Tensor input, Tensor weight) => Aten.prelu(input, weight);

            /// <summary>x above 0, alpha · (exp(x) - 1) below.</summary>
            public static Tensor elu(Tensor x, double alpha, bool inplace = false) => inplace ? Aten.elu_(x, alpha, 1, 1).alias() : Aten.elu(x, alpha, 1, 1);

            /// <summary>The ELU scaled so that mean 0 and variance 1 stay.</summary>
            public static Tensor selu(Tensor x, bool inplace = false) => inplace ? Aten.selu_(x).alias() : Aten.selu(x);

            /// <summary>max(x, 0) + min(alpha · (exp(x / alpha) - 1), 0).</summary>
            public static Tensor celu(Tensor x, double alpha, bool inplace = false) => inplace ? Aten.celu_(x, alpha).alias() : Aten.celu(x, alpha);

            /// <summary>x above the threshold, a constant elsewhere.</summary>
            public static Tensor threshold(Tensor x, double threshold, double value, bool inplace = false) => inplace ? Aten.threshold_(x, threshold, value).alias() : Aten.threshold(x, threshold, value);

            /// <summary>x · tanh(softplus(x)).</summary>
            public static Tensor mish(Tensor x, bool inplace = false) => inplace ? Aten.mish_(x).alias() : Aten.mish(x);

            /// <summary>The logarithm of the sigmoid, computed stably.</summary>
            public static Tensor logsigmoid(Tensor x) => Aten.log_sigmoid(x);

            /// <summary>x - tanh(x).</summary>
            public static Tensor tanhshrink(Tensor x, bool inplace = false)
            {
                using var curve = Aten.tanh(x);
                return inplace ? Aten.sub__Tensor(x, curve, 1).alias() : Aten.sub_Tensor(x, curve, 1);
            }

            /// <summary>x / (1 + |x|).</summary>
            public static Tensor softsign(Tensor x, bool inplace = false)
            {
                using var size = Aten.abs(x);
                using var divisor = Aten.add_Scalar(size, 1, 1);
                return inplace ? Aten.div__Tensor(x, divisor).alias() : Aten.div_Tensor(x, divisor);
            }

            /// <summary>x, cut off at both ends.</summary>
            public static Tensor hardtanh(Tensor x, double min_val = -1.0, double max_val = 1.0, bool inplace = false) => inplace ? Aten.hardtanh_(x, min_val, max_val).alias() : Aten.hardtanh(x, min_val, max_val);

            /// <summary>min(max(x / 6 + 1/2, 0), 1).</summary>
            public static Tensor hardsigmoid(Tensor input, bool inplace = false) => inplace ? Aten.hardsigmoid_(input).alias() : Aten.hardsigmoid(input);

            /// <summary>x · min(max(x / 6 + 1/2, 0), 1).</summary>
            public static Tensor hardswish(Tensor input, bool inplace = false) => inplace ? Aten.hardswish_(input).alias() : Aten.hardswish(input);

            /// <summary>x outside of [-lambda, lambda], 0 inside.</summary>
            public static Tensor hardshrink(Tensor x, double lambda = 0.5) => Aten.hardshrink(x, lambda);

            /// <summary>x moved towards 0 by lambda, 0 where it would cross.</summary>
            public static Tensor softshrink(Tensor x, double lambda = 0.5) => Aten.softshrink(x, lambda);

            /// <summary>The softmax of -x.</summary>
            public static Tensor softmin(Tensor x, long dim)
            {
                using var negative = Aten.neg(x);
                return Aten.softmax_int(negative, dim, null);
            }

            /// <summary>The softmax over the channels of [N, C, H, W] or [C, H, W].</summary>
            public static Tensor softmax2d(Tensor x)
            {
                ArgumentNullException.ThrowIfNull(x);
                return x.dim() is 3 or 4
                    ? Aten.softmax_int(x, -3, null)
                    : throw new ArgumentException($"softmax2d takes images [N, C, H, W] or [C, H, W], not a tensor with {x.dim()} dimensions.", nameof(x));
            }

            /// <summary>The first half of a dimension times the sigmoid of the second.</summary>
            public static Tensor glu(Tensor input, long dim = -1) => Aten.glu(input, dim);

            /// <summary>max(x, 0) + slope · min(x, 0) with a random slope in training (TorchSharp's default is the mean slope).</summary>
            public static Tensor rrelu(Tensor x, double lower = 1.0 / 8, double upper = 1.0 / 3, bool inplace = false) =>
                inplace ? x.rrelu_(lower, upper).alias() : x.rrelu(lower, upper);
        }
    }
}
