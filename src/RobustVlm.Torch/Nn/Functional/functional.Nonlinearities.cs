namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>max(x, 0) + min(α(exp(x/α) - 1), 0).</summary>
            public static Tensor celu(Tensor x, double alpha, bool inplace = false) => inplace ? Aten.celu_(x, alpha).alias() : Aten.celu(x, alpha);

            /// <summary>x above 0, α(exp(x) - 1) below.</summary>
            public static Tensor elu(Tensor x, double alpha, bool inplace = false) => inplace ? Aten.elu_(x, alpha, 1, 1).alias() : Aten.elu(x, alpha, 1, 1);

            /// <summary>x/6 + 1/2, clamped to [0, 1].</summary>
            public static Tensor hardsigmoid(Tensor input, bool inplace = false) => inplace ? Aten.hardsigmoid_(input).alias() : Aten.hardsigmoid(input);

            /// <summary>x times its hard sigmoid.</summary>
            public static Tensor hardswish(Tensor input, bool inplace = false) => inplace ? Aten.hardswish_(input).alias() : Aten.hardswish(input);

            /// <summary>x clamped to an interval.</summary>
            public static Tensor hardtanh(Tensor x, double min_val = -1.0, double max_val = 1.0, bool inplace = false) => inplace ? Aten.hardtanh_(x, min_val, max_val).alias() : Aten.hardtanh(x, min_val, max_val);

            /// <summary>x · tanh(softplus(x)).</summary>
            public static Tensor mish(Tensor x, bool inplace = false) => inplace ? Aten.mish_(x).alias() : Aten.mish(x);

            /// <summary>x clamped to [0, 6].</summary>
            public static Tensor relu6(Tensor x, bool inplace = false) => inplace ? Aten.relu6_(x).alias() : Aten.relu6(x);

            /// <summary>The self-normalising ELU.</summary>
            public static Tensor selu(Tensor x, bool inplace = false) => inplace ? Aten.selu_(x).alias() : Aten.selu(x);

            /// <summary>x above the threshold, a constant elsewhere.</summary>
            public static Tensor threshold(Tensor x, double threshold, double value, bool inplace = false) => inplace ? Aten.threshold_(x, threshold, value).alias() : Aten.threshold(x, threshold, value);

            /// <summary>max(x, 0) + slope · min(x, 0) with a random slope in training (TorchSharp's default is the mean slope).</summary>
            public static Tensor rrelu(Tensor x, double lower = 1.0 / 8, double upper = 1.0 / 3, bool inplace = false) =>
                inplace ? x.rrelu_(lower, upper).alias() : x.rrelu(lower, upper);

            /// <summary>max(x, 0) + w · min(x, 0).</summary>
            /// <param name="input">Float tensor [N, C, ...].</param>
            /// <param name="weight">Float tensor [1] or [C].</param>
            public static Tensor prelu(Tensor input, Tensor weight) => Aten.prelu(input, weight);

            /// <summary>The first half of a dimension times the sigmoid of the second.</summary>
            public static Tensor glu(Tensor input, long dim = -1) => Aten.glu(input, dim);

            /// <summary>0 where |x| ≤ λ, x elsewhere.</summary>
            public static Tensor hardshrink(Tensor x, double lambda = 0.5) => Aten.hardshrink(x, lambda);

            /// <summary>x moved towards 0 by λ.</summary>
            public static Tensor softshrink(Tensor x, double lambda = 0.5) => Aten.softshrink(x, lambda);

            /// <summary>log(sigmoid(x)), computed stably.</summary>
            public static Tensor logsigmoid(Tensor x) => Aten.log_sigmoid(x);

            /// <summary>Softmax over the channels of [N, C, H, W] or [C, H, W].</summary>
            public static Tensor softmax2d(Tensor x) => Aten.softmax_int(x, -3, null);

            /// <summary>Softmax of -x.</summary>
            public static Tensor softmin(Tensor x, long dim)
            {
                using var negative = Aten.neg(x);
                return Aten.softmax_int(negative, dim, null);
            }

            /// <summary>x / (1 + |x|).</summary>
            public static Tensor softsign(Tensor x, bool inplace = false)
            {
                using var scope = NewDisposeScope();
                var divisor = x.abs() + 1;
                return (inplace ? x.div_(divisor).alias() : x / divisor).MoveToOuterDisposeScope();
            }

            /// <summary>x - tanh(x).</summary>
            public static Tensor tanhshrink(Tensor x, bool inplace = false)
            {
                using var tangent = x.tanh();
                return inplace ? x.sub_(tangent).alias() : x - tangent;
            }

            /// <summary>Dropout of whole channels of sequences [N, C, L] or [C, L].</summary>
            public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => ChannelDropout(input, p, training, inplace, 2);

            /// <summary>Dropout of whole channels of images [N, C, H, W] or [C, H, W].</summary>
            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => ChannelDropout(input, p, training, inplace, 3);

            /// <summary>Dropout of whole channels of volumes [N, C, D, H, W] or [C, D, H, W].</summary>
            public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => ChannelDropout(input, p, training, inplace, 4);

            /// <summary>Dropout that keeps mean and variance of SELU networks; does nothing unless training, which is off by default as in TorchSharp.</summary>
            public static Tensor alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) =>
                inplace ? Aten.alpha_dropout_(input, p, training).alias() : Aten.alpha_dropout(input, p, training);

            /// <summary><see cref="alpha_dropout"/> of whole channels.</summary>
            public static Tensor feature_alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) =>
                inplace ? Aten.feature_alpha_dropout_(input, p, training).alias() : Aten.feature_alpha_dropout(input, p, training);

            // libtorch takes the second dimension for the channels, so that an input without a batch needs one.
            private static Tensor ChannelDropout(Tensor input, double p, bool training, bool inplace, int unbatched)
            {
                if (input.dim() != unbatched)
                {
                    return inplace ? Aten.feature_dropout_(input, p, training).alias() : Aten.feature_dropout(input, p, training);
                }

                using var batch = input.unsqueeze(0);
                using var dropped = inplace ? Aten.feature_dropout_(batch, p, training).alias() : Aten.feature_dropout(batch, p, training);
                return dropped.squeeze(0);
            }
        }
    }
}
