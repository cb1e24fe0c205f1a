using RobustVlm.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Seeds the default generator, from which everything draws that is given no generator of its own.</summary>
    public static Generator manual_seed(long seed)
    {
        NativeError.Check(NativeMethods.rvt_manual_seed(unchecked((ulong)seed)));
        return Generator.Default;
    }

    /// <summary>A stream of random numbers.</summary>
    public sealed unsafe class Generator : IDisposable
    {
        private nint _handle;

        /// <summary>Makes a generator of its own; the default generator is neither read nor changed.</summary>
        /// <param name="seed">Start of the stream.</param>
        /// <param name="device">Where the numbers are made; the CPU when null.</param>
        public Generator(ulong seed = 0, Device? device = null)
        {
            device ??= CPU;
            nint handle;
            NativeError.Check(NativeMethods.rvt_generator_new(seed, (int)device.type, device.index, &handle));
            _handle = handle;
            this.device = device;
        }

        private Generator(nint handle, Device device)
        {
            _handle = handle;
            this.device = device;
        }

        ~Generator() => Release();

        /// <summary>The generator used where none is given.</summary>
        public static Generator Default
        {
            get
            {
                nint handle;
                NativeError.Check(NativeMethods.rvt_generator_default(&handle));
                return new Generator(handle, CPU);
            }
        }

        public Device device { get; }

        /// <summary>The generator used on a device where none is given.</summary>
        internal static Generator DefaultOn(Device device)
        {
            nint handle;
            NativeError.Check(NativeMethods.rvt_generator_default_on((int)device.type, device.index, &handle));
            return new Generator(handle, device);
        }

        internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(null, "The generator was disposed.");

        /// <summary>Restarts the stream.</summary>
        public Generator manual_seed(long seed)
        {
            NativeError.Check(NativeMethods.rvt_generator_set_seed(Handle, unchecked((ulong)seed)));
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>The seed the stream started from.</summary>
        public long initial_seed()
        {
            ulong seed;
            NativeError.Check(NativeMethods.rvt_generator_seed(Handle, &seed));
            GC.KeepAlive(this);
            return unchecked((long)seed);
        }

        /// <summary>The whole state as a byte tensor.</summary>
        public Tensor get_state()
        {
            nint state;
            NativeError.Check(NativeMethods.rvt_generator_get_state(Handle, &state));
            GC.KeepAlive(this);
            return new Tensor(state);
        }

        /// <summary>Goes back to a state that <see cref="get_state"/> gave.</summary>
        /// <param name="value">Byte tensor [S] from a generator of the same kind.</param>
        public void set_state(Tensor value)
        {
            ArgumentNullException.ThrowIfNull(value);
            NativeError.Check(NativeMethods.rvt_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(value);
            GC.KeepAlive(this);
        }

        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        private void Release()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0)
            {
                _ = NativeMethods.rvt_generator_release(handle);
            }
        }
    }
}
