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

            /// <summary>Sets elements to 0 with probability p and scales the rest by 1/(1-p); gives the input when not training.</summary>
            /// <param name="input">Float tensor of any shape [...].</param>
            /// <param name="p">Probability of 0, from 0 to 1.</param>
            /// <param name="training">Whether to do anything.</param>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? Aten.dropout_(input, p, training).alias() : Aten.dropout(input, p, training);
        }
    }
}
