namespace TorchSharp;

public static partial class torch
{
    /// <content>Activation functions as methods.</content>
    public unsafe partial class Tensor
    {
        public Tensor celu() => Aten.celu(this, 1);

        public Tensor celu(Scalar alpha) => Aten.celu(this, alpha);

        public Tensor celu_() => Aten.celu_(this, 1);

        public Tensor celu_(Scalar alpha) => Aten.celu_(this, alpha);

        public Tensor channel_shuffle(long groups) => Aten.channel_shuffle(this, groups);

        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) => Aten.elu(this, alpha, scale, input_scale);

        public Tensor elu(double alpha = 1) => Aten.elu(this, alpha, 1, 1);

        public Tensor elu_(Scalar alpha, Scalar scale, Scalar input_scale) => Aten.elu_(this, alpha, scale, input_scale);

        public Tensor elu_(double alpha = 1) => Aten.elu_(this, alpha, 1, 1);

        public Tensor gelu_() => Aten.gelu_(this, "none");

        public Tensor glu(long dim = -1) => Aten.glu(this, dim);

        public Tensor hardsigmoid() => Aten.hardsigmoid(this);

        public Tensor hardsigmoid_() => Aten.hardsigmoid_(this);

        public Tensor hardswish() => Aten.hardswish(this);

        public Tensor hardswish_() => Aten.hardswish_(this);

        public Tensor hardtanh(Scalar min, Scalar max) => Aten.hardtanh(this, min, max);

        public Tensor hardtanh_(Scalar min, Scalar max) => Aten.hardtanh_(this, min, max);

        public Tensor leaky_relu(Scalar negative_slope) => Aten.leaky_relu(this, negative_slope);

        public Tensor leaky_relu_(Scalar negative_slope) => Aten.leaky_relu_(this, negative_slope);

        public Tensor log_sigmoid() => Aten.log_sigmoid(this);

        public Tensor prelu(Tensor target) => Aten.prelu(this, target);

        public Tensor relu6() => Aten.relu6(this);

        public Tensor relu6_() => Aten.relu6_(this);

        public Tensor selu() => Aten.selu(this);

        public Tensor selu_() => Aten.selu_(this);

        public Tensor silu_() => Aten.silu_(this);

        public Tensor softplus(double beta = 1, double threshold = 20) => Aten.softplus(this, beta, threshold);

        public Tensor threshold(Scalar threshold, Scalar value) => Aten.threshold(this, threshold, value);

        public Tensor threshold_(Scalar threshold, Scalar value) => Aten.threshold_(this, threshold, value);

        public Tensor gelu(Modules.GELU.Approximate approximate) => Aten.gelu(this, NameOf(approximate));

        public Tensor gelu_(Modules.GELU.Approximate approximate) => Aten.gelu_(this, NameOf(approximate));

        public Tensor rrelu(double lower = 1.0 / 8, double upper = 1.0 / 3) => Aten.rrelu(this, lower, upper, false, null);

        public Tensor rrelu_(double lower = 1.0 / 8, double upper = 1.0 / 3) => Aten.rrelu_(this, lower, upper, false, null);

        private static string NameOf(Modules.GELU.Approximate approximate) => approximate == Modules.GELU.Approximate.tanh ? "tanh" : "none";
    }
}
