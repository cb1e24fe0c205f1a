namespace TorchSharp;

public static partial class torch
{
    /// <content>Conversions and questions about the type.</content>
    public unsafe partial class Tensor
    {
        public Tensor @short() => to_type(ScalarType.Int16);

        public Tensor @char() => to_type(ScalarType.Int8);

        public Tensor cfloat() => to_type(ScalarType.ComplexFloat32);

        public Tensor cdouble() => to_type(ScalarType.ComplexFloat64);

        public Tensor type(ScalarType dtype) => to_type(dtype);

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => to(new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        /// <summary>Bytes per element.</summary>
        public long element_size() => ElementSize;

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public bool is_cpu() => device_type == DeviceType.CPU;

        /// <summary>Whether the only element is not zero.</summary>
        public bool is_nonzero() => ToScalar().ToBoolean();

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public byte ToByte() => checked((byte)ToInt64());

        public short ToInt16() => checked((short)ToInt64());
    }
}
