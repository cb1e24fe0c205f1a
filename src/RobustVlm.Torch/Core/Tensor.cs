using System.Runtime.CompilerServices;
using RobustVlm.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A multi-dimensional array of libtorch. Not thread-safe; reading from several threads is.</summary>
    public unsafe partial class Tensor : IDisposable
    {
        private NativeReference? _reference;

        /// <summary>Takes over one reference to a native tensor.</summary>
        internal Tensor(nint handle)
        {
            _reference = NativeReference.Of(handle);
            CurrentScope?.Add(this);
        }

        /// <summary>The scope that will free this tensor; null when nobody but its owner does.</summary>
        internal DisposeScope? Scope { get; set; }

        /// <summary>The native tensor.</summary>
        /// <exception cref="ObjectDisposedException">The tensor was freed.</exception>
        internal nint Handle
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get
            {
                var handle = _reference?.Handle ?? 0;
                return handle != 0 ? handle : ThrowDisposed();
            }
        }

        /// <summary>Whether the tensor was freed.</summary>
        public bool IsInvalid => _reference is null || _reference.Handle == 0;

        /// <summary>Size of each dimension.</summary>
        public long[] shape
        {
            get
            {
                var sizes = SizesOf(Handle);
                GC.KeepAlive(this);
                return sizes;
            }
        }

        /// <summary>Number of dimensions.</summary>
        public long Dimensions => dim();

        /// <summary>Number of dimensions.</summary>
        public long ndim => dim();

        /// <summary>Element type.</summary>
        public ScalarType dtype
        {
            get
            {
                int type;
                NativeError.Check(NativeMethods.rvt_tensor_dtype(Handle, &type));
                GC.KeepAlive(this);
                return (ScalarType)type;
            }
        }

        /// <summary>Where the data lies.</summary>
        public Device device
        {
            get
            {
                int type;
                int index;
                NativeError.Check(NativeMethods.rvt_tensor_device(Handle, &type, &index));
                GC.KeepAlive(this);
                return type == (int)DeviceType.CPU ? CPU : new Device((DeviceType)type, index);
            }
        }

        /// <summary>Kind of device the data lies on.</summary>
        public DeviceType device_type => device.type;

        /// <summary>Whether gradients are recorded for it.</summary>
        public bool requires_grad
        {
            get
            {
                int value;
                NativeError.Check(NativeMethods.rvt_tensor_requires_grad(Handle, &value));
                GC.KeepAlive(this);
                return value != 0;
            }

            set
            {
                NativeError.Check(NativeMethods.rvt_tensor_set_requires_grad(Handle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        /// <summary>Whether it was made by the user, not by an operator that records gradients.</summary>
        public bool is_leaf
        {
            get
            {
                int value;
                NativeError.Check(NativeMethods.rvt_tensor_is_leaf(Handle, &value));
                GC.KeepAlive(this);
                return value != 0;
            }
        }

        /// <summary>The accumulated gradient, same shape; null before the first backward pass.</summary>
        public Tensor? grad
        {
            get
            {
                nint result;
                NativeError.Check(NativeMethods.rvt_tensor_grad(Handle, &result));
                GC.KeepAlive(this);
                return result == 0 ? null : new Tensor(result);
            }

            set
            {
                NativeError.Check(NativeMethods.rvt_tensor_set_grad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(value);
                GC.KeepAlive(this);
            }
        }

        /// <summary>Bytes of one element.</summary>
        public long ElementSize => dtype switch
        {
            ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
            ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
            ScalarType.Int32 or ScalarType.Float32 => 4,
            ScalarType.ComplexFloat64 => 16,
            _ => 8,
        };

        /// <summary>Number of elements.</summary>
        public long NumberOfElements => numel();

        /// <summary>Whether the elements lie in row-major order without gaps.</summary>
        public bool is_contiguous()
        {
            int value;
            NativeError.Check(NativeMethods.rvt_tensor_is_contiguous(Handle, &value));
            GC.KeepAlive(this);
            return value != 0;
        }

        /// <summary>Number of dimensions.</summary>
        public long dim()
        {
            long value;
            NativeError.Check(NativeMethods.rvt_tensor_dim(Handle, &value));
            GC.KeepAlive(this);
            return value;
        }

        /// <summary>Number of elements.</summary>
        public long numel()
        {
            long value;
            NativeError.Check(NativeMethods.rvt_tensor_numel(Handle, &value));
            GC.KeepAlive(this);
            return value;
        }

        /// <summary>Size of each dimension.</summary>
        public long[] size() => shape;

        /// <summary>Size of one dimension; a negative number counts from the end.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public long size(int dim)
        {
            var sizes = shape;
            var index = dim < 0 ? dim + sizes.Length : dim;
            return index >= 0 && index < sizes.Length
                ? sizes[index]
                : throw new ArgumentOutOfRangeException(nameof(dim), dim, $"The tensor has {sizes.Length} dimensions.");
        }

        /// <summary>Step, in elements, between neighbours along each dimension.</summary>
        public long[] stride()
        {
            int count;
            var strides = new long[dim()];
            fixed (long* first = strides)
            {
                NativeError.Check(NativeMethods.rvt_tensor_strides(Handle, first, strides.Length, &count));
            }

            GC.KeepAlive(this);
            return strides;
        }

        /// <summary>Starts or stops recording gradients; returns this tensor.</summary>
        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Keeps the gradient of a tensor that is no leaf.</summary>
        public void retain_grad()
        {
            NativeError.Check(NativeMethods.rvt_tensor_retain_grad(Handle));
            GC.KeepAlive(this);
        }

        /// <summary>A second object for the same native tensor.</summary>
        public Tensor alias()
        {
            nint result;
            NativeError.Check(NativeMethods.rvt_tensor_retain(Handle, &result));
            GC.KeepAlive(this);
            return new Tensor(result);
        }

        /// <summary>Replaces the data in place; parameters keep their identity for optimisers.</summary>
        /// <param name="data">Tensor [...] of a compatible type.</param>
        internal void SetData(Tensor data)
        {
            NativeError.Check(NativeMethods.rvt_tensor_set_data(Handle, data.Handle));
            GC.KeepAlive(data);
            GC.KeepAlive(this);
        }

        /// <summary>Whether both objects are the same native tensor.</summary>
        internal bool IsSameNative(Tensor other) => Handle == other.Handle;

        /// <summary>Frees the native tensor now. Doing so twice is harmless; using it afterwards throws.</summary>
#pragma warning disable CA1816 // the finalizer is that of the reference, which has its own way
        public void Dispose()
#pragma warning restore CA1816
        {
            // Two threads may dispose the same tensor; only one may hand the reference back.
            var reference = Interlocked.Exchange(ref _reference, null);
            reference?.Dispose();
            Scope = null;
        }

        /// <inheritdoc/>
        public override string ToString() =>
            IsInvalid ? "[disposed]" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        internal static long[] SizesOf(nint handle)
        {
            const int usual = 8;
            var buffer = stackalloc long[usual];
            int count;
            NativeError.Check(NativeMethods.rvt_tensor_sizes(handle, buffer, usual, &count));
            var sizes = new long[count];
            if (count <= usual)
            {
                new ReadOnlySpan<long>(buffer, count).CopyTo(sizes);
                return sizes;
            }

            fixed (long* first = sizes)
            {
                NativeError.Check(NativeMethods.rvt_tensor_sizes(handle, first, count, &count));
            }

            return sizes;
        }

        /// <summary>Gives the native reference away and leaves this object empty, as <c>Parameter</c> does with its data.</summary>
        internal nint TakeHandle()
        {
            Scope = null;
            var reference = Interlocked.Exchange(ref _reference, null);
            return reference is null ? ThrowDisposed() : reference.Take();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static nint ThrowDisposed() => throw new ObjectDisposedException(
            null, "The tensor was freed: it was disposed, or made inside a dispose scope that has ended. Use MoveToOuterDisposeScope() to keep it.");
    }
}
