using System.Runtime.InteropServices;

namespace RobustVlm.Data.Sets;

/// <summary>Arrays of bytes in an HDF5 file, read image by image through the HDF5 library.</summary>
internal sealed unsafe partial class Hdf5File : IDisposable
{
    // As Debian names it; OpenCV's codecs bring it along.
    private const string Library = "libhdf5_serial.so.103";

    private static readonly Lock s_gate = new();   // Debian's build of the library is for one thread at a time

    private readonly string _path;
    private readonly Dictionary<string, long> _open = [];
    private long _file;

    private Hdf5File(string path, long file) => (_path, _file) = (path, file);

    ~Hdf5File() => Dispose();

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">It is no HDF5 file, or damaged.</exception>
    internal static Hdf5File Open(string path)
    {
        lock (s_gate)
        {
            try
            {
                _ = H5open();
                _ = H5Eset_auto2(0, 0, 0);
            }
            catch (DllNotFoundException e)
            {
                throw new DllNotFoundException($"{path} cannot be read: the HDF5 library is missing. Install it with 'apt-get install libhdf5-103-1'.", e);
            }

            var file = H5Fopen(path, 0, 0);
            return file >= 0 ? new Hdf5File(path, file) : throw new InvalidDataException($"{path} is not an HDF5 file that can be read, or it is damaged; copy it again.");
        }
    }

    /// <summary>The sizes of an array.</summary>
    internal long[] Shape(string name)
    {
        lock (s_gate)
        {
            var space = H5Dget_space(Dataset(name));
            try
            {
                var rank = H5Sget_simple_extent_ndims(space);
                if (rank is < 1 or > 8)
                {
                    throw Damaged(name);
                }

                var shape = new long[rank];
                fixed (long* sizes = shape)
                {
                    _ = H5Sget_simple_extent_dims(space, (ulong*)sizes, null);
                }

                return shape;
            }
            finally
            {
                _ = H5Sclose(space);
            }
        }
    }

    /// <summary>Reads part of an array along its first dimension, as bytes.</summary>
    /// <param name="name">The array.</param>
    /// <param name="start">First position.</param>
    /// <param name="shape">Sizes of the part.</param>
    /// <param name="target">Where the numbers go.</param>
    internal void Read(string name, long start, ReadOnlySpan<long> shape, Span<byte> target)
    {
        lock (s_gate)
        {
            var data = Dataset(name);
            var space = H5Dget_space(data);
            var starts = new long[shape.Length];
            starts[0] = start;
            fixed (long* first = starts, count = shape)
            {
                var memory = H5Screate_simple(shape.Length, (ulong*)count, null);
                try
                {
                    fixed (byte* bytes = target)
                    {
                        if (H5Sselect_hyperslab(space, 0, (ulong*)first, null, (ulong*)count, null) < 0
                            || H5Sget_select_npoints(memory) != target.Length
                            || H5Dread(data, NativeByte(), memory, space, 0, bytes) < 0)
                        {
                            throw Damaged(name);
                        }
                    }
                }
                finally
                {
                    _ = H5Sclose(memory);
                    _ = H5Sclose(space);
                }
            }
        }
    }

    public void Dispose()
    {
        lock (s_gate)
        {
            foreach (var data in _open.Values)
            {
                _ = H5Dclose(data);
            }

            _open.Clear();
            if (_file >= 0)
            {
                _ = H5Fclose(_file);
                _file = -1;
            }
        }

        GC.SuppressFinalize(this);
    }

    // The library keeps its number for "unsigned byte" in a variable.
    internal static long NativeByte()
    {
        _ = H5open();   // sets the variable
        return *(long*)NativeLibrary.GetExport(NativeLibrary.Load(Library), "H5T_NATIVE_UINT8_g");
    }

    private long Dataset(string name)
    {
        if (!_open.TryGetValue(name, out var data))
        {
            data = H5Dopen2(_file, name, 0);
            if (data < 0)
            {
                throw new InvalidDataException($"{_path} has no array '{name}' that can be read; check that it belongs to this set, or copy it again.");
            }

            _open[name] = data;
        }

        return data;
    }

    private InvalidDataException Damaged(string name) => new($"The array {name} of {_path} is damaged: it cannot be read; copy the file again.");

    [LibraryImport(Library)]
    private static partial int H5open();

    [LibraryImport(Library)]
    private static partial int H5Eset_auto2(long stack, nint function, nint data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long H5Fopen(string path, uint flags, long access);

    [LibraryImport(Library)]
    private static partial int H5Fclose(long file);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long H5Dopen2(long file, string name, long access);

    [LibraryImport(Library)]
    private static partial int H5Dclose(long data);

    [LibraryImport(Library)]
    private static partial long H5Dget_space(long data);

    [LibraryImport(Library)]
    private static partial int H5Sget_simple_extent_ndims(long space);

    [LibraryImport(Library)]
    private static partial int H5Sget_simple_extent_dims(long space, ulong* sizes, ulong* largest);

    [LibraryImport(Library)]
    private static partial long H5Screate_simple(int rank, ulong* sizes, ulong* largest);

    [LibraryImport(Library)]
    private static partial int H5Sselect_hyperslab(long space, int operation, ulong* start, ulong* stride, ulong* count, ulong* block);

    [LibraryImport(Library)]
    private static partial long H5Sget_select_npoints(long space);

    [LibraryImport(Library)]
    private static partial int H5Sclose(long space);

    [LibraryImport(Library)]
    private static partial int H5Dread(long data, long type, long memory, long space, long list, byte* bytes);
}
