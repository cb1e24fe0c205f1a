using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Optimizers.</summary>
    public static partial class optim
    {
        /// <inheritdoc cref="Modules.SGD"/>
        /// <param name="parameters">What to train.</param>
        /// <param name="learningRate">Step size, at least 0.</param>
        /// <param name="momentum">Share of the previous step in the next, at least 0.</param>
        /// <param name="dampening">How much less than fully the gradient enters the momentum.</param>
        /// <param name="weight_decay">Strength of the L2 penalty, at least 0.</param>
        /// <param name="nesterov">Whether to look ahead; needs momentum and no dampening.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static SGD SGD(
            IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
            new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

        /// <inheritdoc cref="Modules.SGD"/>
        public static SGD SGD(
            IEnumerable<(string name, Parameter parameter)> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
            new(parameters.Select(entry => entry.parameter), learningRate, momentum, dampening, weight_decay, nesterov, maximize);

        /// <inheritdoc cref="Modules.SGD"/>
        public static SGD SGD(
            IEnumerable<SGD.ParamGroup> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
            new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

        /// <inheritdoc cref="Modules.Adam"/>
        /// <param name="parameters">What to train.</param>
        /// <param name="lr">Step size, at least 0.</param>
        /// <param name="beta1">Decay of the mean gradient, in [0, 1).</param>
        /// <param name="beta2">Decay of the mean squared gradient, in [0, 1).</param>
        /// <param name="eps">Added to the denominator.</param>
        /// <param name="weight_decay">Strength of the L2 penalty, at least 0.</param>
        /// <param name="amsgrad">Whether the denominator never shrinks.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static Adam Adam(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <inheritdoc cref="Modules.Adam"/>
        public static Adam Adam(
            IEnumerable<(string name, Parameter parameter)> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters.Select(entry => entry.parameter), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <inheritdoc cref="Modules.Adam"/>
        public static Adam Adam(
            IEnumerable<Adam.ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <inheritdoc cref="Modules.AdamW"/>
        /// <param name="parameters">What to train.</param>
        /// <param name="lr">Step size, at least 0.</param>
        /// <param name="beta1">Decay of the mean gradient, in [0, 1).</param>
        /// <param name="beta2">Decay of the mean squared gradient, in [0, 1).</param>
        /// <param name="eps">Added to the denominator.</param>
        /// <param name="weight_decay">Shrinking of the weights per step, as a share of the step size. 0 here as in
        /// TorchSharp; PyTorch's default is 0.01.</param>
        /// <param name="amsgrad">Whether the denominator never shrinks.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static AdamW AdamW(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <inheritdoc cref="Modules.AdamW"/>
        public static AdamW AdamW(
            IEnumerable<(string name, Parameter parameter)> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters.Select(entry => entry.parameter), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <inheritdoc cref="Modules.AdamW"/>
        public static AdamW AdamW(
            IEnumerable<AdamW.ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <inheritdoc cref="Modules.RMSProp"/>
        /// <param name="parameters">What to train.</param>
        /// <param name="lr">Step size, at least 0.</param>
        /// <param name="alpha">Decay of the mean squared gradient, at least 0.</param>
        /// <param name="eps">Added to the denominator.</param>
        /// <param name="weight_decay">Strength of the L2 penalty, at least 0.</param>
        /// <param name="momentum">Share of the previous step in the next, at least 0.</param>
        /// <param name="centered">Whether to divide by the standard deviation instead of the root mean square.</param>
        /// <param name="maximize">Whether to climb.</param>
        public static RMSProp RMSProp(
            IEnumerable<Parameter> parameters, double lr = 0.01, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false) =>
            new(parameters, lr, alpha, eps, weight_decay, momentum, centered, maximize);

        /// <inheritdoc cref="Modules.RMSProp"/>
        public static RMSProp RMSProp(
            IEnumerable<(string name, Parameter parameter)> parameters, double lr = 0.01, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false) =>
            new(parameters.Select(entry => entry.parameter), lr, alpha, eps, weight_decay, momentum, centered, maximize);

        /// <inheritdoc cref="Modules.RMSProp"/>
        public static RMSProp RMSProp(
            IEnumerable<RMSProp.ParamGroup> parameters, double lr = 0.01, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false) =>
            new(parameters, lr, alpha, eps, weight_decay, momentum, centered, maximize);
    }
}
