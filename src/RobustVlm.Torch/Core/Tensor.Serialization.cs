using RobustVlm.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Saves a tensor as libtorch's own archive, which C++ and <c>torch.jit.load</c> in Python read.</summary>
    /// <param name="t">Tensor of any shape.</param>
    /// <param name="location">The file.</param>
    public static void save(Tensor t, string location)
    {
        ArgumentNullException.ThrowIfNull(t);
        t.save(location);
    }

    /// <summary>Loads a tensor that <see cref="save"/> wrote.</summary>
    /// <param name="location">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another kind.</exception>
    public static Tensor load(string location) => Tensor.load(location);

    /// <content>Files and streams.</content>
    public unsafe partial class Tensor
    {
        /// <inheritdoc cref="torch.load"/>
        public static Tensor load(string location)
        {
            TensorFormat.CheckExists(location);
            nint result;
            try
            {
                NativeError.Check(NativeMethods.rvt_tensor_load(location, &result));
            }
            catch (TorchException error)
            {
                throw new InvalidDataException(
                    $"{location} cannot be loaded: it is damaged or was not written by save; weights of a whole model are loaded by Module.load.", error);
            }

            return new Tensor(result);
        }

        /// <summary>Reads a tensor in TorchSharp's layout.</summary>
        /// <param name="reader">Where from.</param>
        /// <exception cref="InvalidDataException">The data are damaged or of another kind.</exception>
        public static Tensor Load(BinaryReader reader)
        {
            ArgumentNullException.ThrowIfNull(reader);
            Tensor? result = null;
            TensorFormat.Guard(reader, () => result = TensorFormat.Read(reader));
            return result!; // set by the line above
        }

        /// <summary>Reads a tensor in TorchSharp's layout and closes the stream.</summary>
        /// <param name="stream">Where from.</param>
        /// <exception cref="InvalidDataException">The data are damaged or of another kind.</exception>
        public static Tensor Load(Stream stream)
        {
            using var reader = new BinaryReader(stream);
            return Load(reader);
        }

        /// <summary>Reads a tensor in TorchSharp's layout.</summary>
        /// <param name="location">The file.</param>
        /// <exception cref="FileNotFoundException">There is no such file.</exception>
        /// <exception cref="InvalidDataException">The file is damaged or of another kind.</exception>
        public static Tensor Load(string location)
        {
            using var reader = TensorFormat.OpenFile(location);
            return Load(reader);
        }

        /// <summary>Saves the tensor as libtorch's own archive; the file is complete or not there.</summary>
        /// <param name="location">The file.</param>
        public void save(string location) => TensorFormat.Replace(location, path =>
        {
            NativeError.Check(NativeMethods.rvt_tensor_save(Handle, path));
            GC.KeepAlive(this);
        });
    }
}
