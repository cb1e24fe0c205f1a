using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Helpers for parameters and gradients.</summary>
        public static partial class utils
        {
            /// <summary>Scales all gradients so that their joint norm is at most a limit.</summary>
            /// <param name="tensors">Parameters; those without a gradient are passed over.</param>
            /// <param name="max_norm">The limit, at least 0.</param>
            /// <param name="norm_type">Kind of norm; positive infinity for the largest absolute value.</param>
            /// <returns>The norm before scaling; NaN or infinite when a gradient is.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                ArgumentNullException.ThrowIfNull(tensors);
                ArgumentOutOfRangeException.ThrowIfNegative(max_norm);
                using var noGrad = no_grad();
                using var scope = NewInnerScope();
                var gradients = Gradients(tensors);
                if (gradients.Count == 0)
                {
                    return 0;
                }

                var norms = double.IsPositiveInfinity(norm_type)
                    ? gradients.Select(gradient => Aten.linalg_vector_norm(gradient, norm_type, null, false, null)).ToArray()
                    : Aten._foreach_norm_Scalar(gradients, norm_type);
                var device = norms[0].device;
                var total = Aten.linalg_vector_norm(
                    Aten.stack([.. norms.Select(norm => norm.device == device ? norm : norm.to(device))], 0), norm_type, null, false, null)
                    .item<float>();
                var factor = max_norm / (total + 1e-6);
                if (factor < 1)
                {
                    Aten._foreach_mul__Scalar(gradients, factor);
                }

                return total;
            }

            /// <summary>Cuts every element of every gradient to [-clip_value, clip_value].</summary>
            /// <param name="tensors">Parameters; those without a gradient are passed over.</param>
            /// <param name="clip_value">The limit, at least 0.</param>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                ArgumentNullException.ThrowIfNull(tensors);
                ArgumentOutOfRangeException.ThrowIfNegative(clip_value);
                using var noGrad = no_grad();
                using var scope = NewInnerScope();
                foreach (var gradient in Gradients(tensors))
                {
                    Aten.clamp_(gradient, -clip_value, clip_value);
                }
            }

            /// <summary>All parameters one after the other.</summary>
            /// <returns>Float tensor [D], D the number of all elements; part of the gradient graph.</returns>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                ArgumentNullException.ThrowIfNull(tensors);
                using var scope = NewInnerScope();
                return Aten.cat([.. tensors.Select(parameter => parameter.reshape(-1))], 0).MoveToOuterDisposeScope();
            }

            /// <summary>Copies a vector into the parameters, the opposite of <see cref="parameters_to_vector"/>.</summary>
            /// <param name="vec">Float tensor [D], D the number of all elements.</param>
            /// <param name="tensors">Parameters to fill.</param>
            /// <exception cref="ArgumentException">The vector has another length.</exception>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                ArgumentNullException.ThrowIfNull(vec);
                ArgumentNullException.ThrowIfNull(tensors);
                var parameters = tensors.ToList();
                var wanted = parameters.Sum(parameter => parameter.numel());
                if (vec.dim() != 1 || vec.numel() != wanted)
                {
                    throw new ArgumentException($"The parameters have {wanted} elements, the vector has shape [{string.Join(", ", vec.shape)}].", nameof(vec));
                }

                using var noGrad = no_grad();
                using var scope = NewInnerScope();
                var start = 0L;
                foreach (var parameter in parameters)
                {
                    var count = parameter.numel();
                    parameter.copy_(vec.narrow(0, start, count).view_as(parameter));
                    start += count;
                }
            }

            private static List<Tensor> Gradients(IEnumerable<Parameter> tensors) =>
                [.. tensors.Select(parameter => parameter.grad).OfType<Tensor>()];
        }
    }
}
