namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>
            /// Moves and converts all parameters, their gradients and all buffers. The tensor objects stay the same
            /// (only their storage is replaced), so optimizers and other holders keep working.
            /// </summary>
            /// <param name="device">Where to; null leaves the device.</param>
            /// <param name="dtype">Floating type for floating tensors; null leaves the type. Integer buffers keep theirs.</param>
            /// <param name="nonBlocking">Whether a copy from pinned memory may overlap with other work.</param>
            internal void Move(Device? device, ScalarType? dtype, bool nonBlocking)
            {
                if (dtype is { } type && !IsFloating(type))
                {
                    throw new ArgumentException($"A module can be converted to a floating-point type only, not to {type}.", nameof(dtype));
                }

                if (device?.type == DeviceType.META)
                {
                    throw new ArgumentException("A model that has data cannot be moved to the meta device; make its layers there with device: META.", nameof(device));
                }

                using var whole = RobustVlm.Torch.Runtime.DeferInterrupts(); // half a model on each device is of no use
                using var noGrad = no_grad();
                foreach (var parameter in parameters())
                {
                    Replace(parameter, device, dtype, nonBlocking);
                    using var gradient = parameter.grad;
                    if (gradient is not null)
                    {
                        Replace(gradient, device, dtype, nonBlocking);
                    }
                }

                foreach (var buffer in buffers())
                {
                    Replace(buffer, device, dtype, nonBlocking);
                }
            }

            private static void Replace(Tensor tensor, Device? device, ScalarType? dtype, bool nonBlocking)
            {
                var targetType = dtype is { } type && IsFloating(tensor.dtype) ? type : tensor.dtype;
                var targetDevice = device ?? tensor.device;
                if (targetType == tensor.dtype && targetDevice == tensor.device)
                {
                    return;
                }

                using var moved = tensor.to(targetType, targetDevice, non_blocking: nonBlocking);
                tensor.SetData(moved);
            }

            private static bool IsFloating(ScalarType type) =>
                type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64
                    or ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;
        }
    }
}
