using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using RobustVlm.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Types, devices, and elements in and out.</content>
    public unsafe partial class Tensor
    {
        public Tensor cpu() => to(CPU);

        public Tensor cuda(Device? device = null, bool non_blocking = false) => to(device ?? CUDA, non_blocking: non_blocking);

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            DisposeIf(disposeAfter, Aten.to_dtype(this, type, non_blocking, copy));

        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => to_type(type, copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => to(dtype, device, copy, disposeAfter, non_blocking);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => to(new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            DisposeIf(disposeAfter, Aten.to_device(this, device, type, non_blocking, copy));

        public Tensor to(Tensor other, bool non_blocking = false) => to(other.dtype, other.device, non_blocking: non_blocking);

        public Tensor @bool() => to_type(ScalarType.Bool);

        public Tensor @byte() => to_type(ScalarType.Byte);

        public Tensor @int() => to_type(ScalarType.Int32);

        public Tensor @long() => to_type(ScalarType.Int64);

        public Tensor half() => to_type(ScalarType.Float16);

        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        public Tensor @float() => to_type(ScalarType.Float32);

        public Tensor @double() => to_type(ScalarType.Float64);

        public Tensor copy_(Tensor source, bool nonBlocking = false) => Aten.copy_(this, source, nonBlocking);

        /// <summary>Makes this tensor the same storage, shape and strides as another one.</summary>
        /// <param name="source">Tensor [...] of the same element type.</param>
        public Tensor set_(Tensor source) => Aten.set__source_Tensor(this, source);

        public Tensor fill_(Scalar value) => Aten.fill__Scalar(this, value);

        public Tensor zero_() => Aten.zero_(this);

        public Tensor uniform_(double from, double to, Generator? generator = null) => Aten.uniform_(this, from, to, generator);

        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) => Aten.normal_(this, mean, std, generator);

        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Aten.bernoulli__float(this, p, generator);

        public Tensor bernoulli_(Tensor p, Generator? generator = null) => Aten.bernoulli__Tensor(this, p, generator);

        public Tensor random_(double from, double to, Generator? generator = null) => Aten.random__from(this, (long)from, (long)to, generator);

        public Tensor exponential_(double lambda = 1.0, Generator? generator = null) => Aten.exponential_(this, lambda, generator);

        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => torch.zeros_like(this, dtype, device, requires_grad);

        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => torch.ones_like(this, dtype, device, requires_grad);

        /// <summary>The only element.</summary>
        /// <exception cref="TorchException">There is not exactly one element.</exception>
        public Scalar ToScalar() => Aten.item(this);

        /// <summary>The only element as a .NET number of exactly the tensor's type.</summary>
        /// <typeparam name="T">The .NET type of the tensor's element type, e.g. <c>float</c> for Float32.</typeparam>
        /// <exception cref="ArgumentException">The types differ, or there is not exactly one element.</exception>
        public T item<T>()
            where T : unmanaged
        {
            // One native call for all that must be known; an element on the CPU is then read where it lies.
            NativeElement element;
            NativeError.Check(NativeMethods.rvt_tensor_element(Handle, &element));
            CheckElementType<T>((ScalarType)element.Type);
            if (element.Count != 1)
            {
                throw new ArgumentException($"item() needs a tensor with exactly one element; this one has shape [{string.Join(", ", shape)}].");
            }

            T value;
            if (element.Data != null)
            {
                value = *(T*)element.Data;
            }
            else
            {
                using var here = OutsideScopes(() => Settled(cpu()));
                value = *(T*)here.DataPointer();
            }

            GC.KeepAlive(this);
            return value;
        }

        /// <summary>A copy of all elements in row-major order.</summary>
        /// <typeparam name="T">The .NET type of the tensor's element type.</typeparam>
        /// <exception cref="ArgumentException">The types differ.</exception>
        public T[] ToArray<T>()
            where T : unmanaged
        {
            using var elements = data<T>();
            return elements.ToArray();
        }

        /// <summary>The elements in row-major order.</summary>
        /// <typeparam name="T">The .NET type of the tensor's element type.</typeparam>
        /// <exception cref="ArgumentException">The types differ.</exception>
        public Utils.TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            CheckElementType<T>(dtype);
            using var _ = no_grad();
            return new Utils.TensorAccessor<T>(OutsideScopes(() => Settled(detach().cpu()).contiguous()));
        }

        /// <summary>
        /// The elements' bytes in row-major order; writing changes the tensor. The span does not keep the tensor alive:
        /// hold the tensor (<c>using</c>) for as long as the span is used.
        /// </summary>
        /// <exception cref="InvalidOperationException">The tensor is not contiguous or not on the CPU, or holds over 2 GB.</exception>
        public Span<byte> bytes
        {
            get
            {
                if (!is_contiguous() || device_type != DeviceType.CPU || IsPending)
                {
                    throw new InvalidOperationException("The bytes of a tensor can be reached only on the CPU and in row-major order; call .cpu().contiguous() first.");
                }

                return new Span<byte>(DataPointer(), checked((int)(numel() * ElementSize)));
            }
        }

        public float ToSingle() => ToScalar().ToSingle();

        public double ToDouble() => ToScalar().ToDouble();

        public long ToInt64() => ToScalar().ToInt64();

        public int ToInt32() => ToScalar().ToInt32();

        public bool ToBoolean() => ToScalar().ToBoolean();

        /// <summary>The elements as text, at most six along each dimension.</summary>
        public string str()
        {
            using var values = OutsideScopes(() => Settled(detach().cpu()).to_type(torch.is_integral(dtype) ? ScalarType.Int64 : torch.is_complex(dtype) ? ScalarType.ComplexFloat64 : ScalarType.Float64).contiguous());
            var text = new StringBuilder();
            Append(text, values, shape, 0, 0);
            return $"{text}  {ToString()}";
        }

        internal void* DataPointer()
        {
            void* pointer;
            NativeError.Check(NativeMethods.rvt_tensor_data(Handle, &pointer));
            return pointer;
        }

        // A helper tensor must neither enter the caller's scope nor be freed by it.
        internal static Tensor OutsideScopes(Func<Tensor> make)
        {
            using var scope = NewInnerScope();
            return make().DetachFromDisposeScope();
        }

        private static void Append(StringBuilder text, Tensor values, long[] shape, int dimension, long offset)
        {
            const int edge = 3;
            if (dimension == shape.Length)
            {
                text.Append(values.dtype switch
                {
                    ScalarType.Int64 => ((long*)values.DataPointer())[offset].ToString(CultureInfo.InvariantCulture),
                    ScalarType.ComplexFloat64 => TextOf(((System.Numerics.Complex*)values.DataPointer())[offset]),
                    _ => TextOf(((double*)values.DataPointer())[offset]),
                });
                return;
            }

            long inner = 1;
            for (var d = dimension + 1; d < shape.Length; d++)
            {
                inner *= shape[d];
            }

            text.Append('[');
            for (long i = 0; i < shape[dimension]; i++)
            {
                if (i == edge && shape[dimension] > 2 * edge)
                {
                    text.Append(", …");
                    i = shape[dimension] - edge;
                }

                text.Append(i == 0 ? "" : ", ");
                Append(text, values, shape, dimension + 1, offset + (i * inner));
            }

            text.Append(']');
        }

        private static string TextOf(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

        private static string TextOf(System.Numerics.Complex value) => $"{TextOf(value.Real)}{(value.Imaginary < 0 ? "" : "+")}{TextOf(value.Imaginary)}i";

        // The numbers as they lie in memory must be the tensor's.
        private static Tensor Settled(Tensor tensor) => tensor.IsPending ? tensor.resolve_conj().resolve_neg() : tensor;

        private bool IsPending
        {
            get
            {
                int value;
                NativeError.Check(NativeMethods.rvt_tensor_is_pending(Handle, &value));
                GC.KeepAlive(this);
                return value != 0;
            }
        }

        private Tensor DisposeIf(bool dispose, Tensor result)
        {
            if (dispose && !ReferenceEquals(result, this))
            {
                Dispose();
            }

            return result;
        }

        private static void CheckElementType<T>(ScalarType type)
            where T : unmanaged
        {
            var fits = type switch
            {
                ScalarType.Byte => typeof(T) == typeof(byte),
                ScalarType.Int8 => typeof(T) == typeof(sbyte),
                ScalarType.Int16 => typeof(T) == typeof(short),
                ScalarType.Int32 => typeof(T) == typeof(int),
                ScalarType.Int64 => typeof(T) == typeof(long),
                ScalarType.Float16 => typeof(T) == typeof(Half),
                ScalarType.Float32 => typeof(T) == typeof(float),
                ScalarType.Float64 => typeof(T) == typeof(double),
                ScalarType.Bool => typeof(T) == typeof(bool),
                ScalarType.ComplexFloat32 => typeof(T) == typeof((float, float)),
                ScalarType.ComplexFloat64 => typeof(T) == typeof(System.Numerics.Complex),
                ScalarType.BFloat16 => Unsafe.SizeOf<T>() == 2 && typeof(T) != typeof(Half),
                _ => false,
            };
            if (!fits)
            {
                throw new ArgumentException($"The tensor holds {type} elements, which cannot be read as {typeof(T).Name}; convert it first, e.g. with to_type.");
            }
        }
    }
}
