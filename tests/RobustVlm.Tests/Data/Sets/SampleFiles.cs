using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using RobustVlm.Data;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Sets;

/// <summary>Writes small files of the formats that image sets come in, byte by byte.</summary>
internal static partial class SampleFiles
{
    private static readonly string[] s_longTypes = ["OB", "OW", "SQ", "UN"];

    /// <summary>A small picture; the extension decides the format.</summary>
    internal static void Picture(string path, int seed = 1, int height = 8, int width = 10, int channels = 3)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);   // not null: paths are below a folder
        if (path.EndsWith(".dcm", StringComparison.Ordinal))
        {
            Dicom(path, [.. Enumerable.Range(0, height * width).Select(i => (ushort)((i * 37 * seed) % 4096))], height, width);
            return;
        }

        using var scope = NewDisposeScope();
        using var random = new Generator((ulong)seed);
        ImageFile.Write(path, rand([channels, height, width], generator: random));
    }

    internal static void TextFile(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);   // not null: as above
        File.WriteAllText(path, content);
    }

    /// <summary>A DICOM file of 16 bits with 12 stored, explicit values, little endian.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pixels">Row by row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="change">Changes or adds tags: number to type and bytes; a type with a star is written without a length.</param>
    /// <param name="syntax">How it is written.</param>
    internal static void Dicom(string path, ushort[] pixels, int height, int width, Action<SortedDictionary<uint, (string Type, byte[] Value)>>? change = null, string syntax = "1.2.840.10008.1.2.1")
    {
        var big = syntax == "1.2.840.10008.1.2.2";
        byte[] Short(int value) => big ? [(byte)(value >> 8), (byte)value] : [(byte)value, (byte)(value >> 8)];
        var tags = new SortedDictionary<uint, (string Type, byte[] Value)>
        {
            [0x00100020] = ("LO", Ascii("patient-1")),
            [0x00280002] = ("US", Short(1)),
            [0x00280004] = ("CS", Ascii("MONOCHROME2")),
            [0x00280010] = ("US", Short(height)),
            [0x00280011] = ("US", Short(width)),
            [0x00280100] = ("US", Short(16)),
            [0x00280101] = ("US", Short(12)),
            [0x00280102] = ("US", Short(11)),
            [0x00280103] = ("US", Short(0)),
            [0x7FE00010] = ("OW", [.. pixels.SelectMany(value => Short(value))]),
        };
        change?.Invoke(tags);
        using var stream = new MemoryStream();
        stream.Write(new byte[128]);
        stream.Write("DICM"u8);
        using var meta = new MemoryStream();
        Tag(meta, 0x00020001, "OB", [0, 1], false, false);
        Tag(meta, 0x00020002, "UI", Ascii("1.2.840.10008.5.1.4.1.1.7"), false, false);
        Tag(meta, 0x00020003, "UI", Ascii("1.2.3.4"), false, false);
        Tag(meta, 0x00020010, "UI", Ascii(syntax), false, false);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)meta.Length);
        Tag(stream, 0x00020000, "UL", length, false, false);
        stream.Write(meta.ToArray());
        foreach (var (tag, (type, value)) in tags)
        {
            Tag(stream, tag, type, value, syntax == "1.2.840.10008.1.2", big);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);   // not null: as above
        File.WriteAllBytes(path, stream.ToArray());
    }

    internal static byte[] Ascii(string text) => Encoding.Latin1.GetBytes(text.Length % 2 == 0 ? text : text + " ");

    private static void Tag(MemoryStream stream, uint tag, string type, byte[] value, bool plain, bool big)
    {
        void Write(uint number, int bytes)
        {
            for (var i = 0; i < bytes; i++)
            {
                stream.WriteByte((byte)(number >> (8 * (big ? bytes - 1 - i : i))));
            }
        }

        var (open, size) = (type.EndsWith('*'), (uint)value.Length);
        (type, size) = open ? (type[..^1], uint.MaxValue) : (type, size);
        Write(tag >> 16, 2);
        Write(tag & 0xFFFF, 2);
        if (plain)
        {
            Write(size, 4);
        }
        else
        {
            stream.Write(Encoding.Latin1.GetBytes(type));
            Write(s_longTypes.Contains(type) ? 0u : size, 2);
            if (s_longTypes.Contains(type))
            {
                Write(size, 4);
            }
        }

        stream.Write(value);
    }

    /// <summary>A zip file of byte arrays as NumPy writes it.</summary>
    internal static void Npz(string path, CompressionLevel level, params (string Name, int[] Shape, byte[] Values)[] arrays)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (name, shape, values) in arrays)
        {
            using var stream = zip.CreateEntry(name + ".npy", level).Open();
            var header = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({string.Join(", ", shape)}{(shape.Length == 1 ? "," : "")}), }}";
            header = header.PadRight(117) + "\n";
            stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
            stream.Write(Encoding.Latin1.GetBytes(header));
            stream.Write(values);
        }
    }

    /// <summary>A dictionary of lists and one array, pickled by Python 2's protocol 2 as in CIFAR.</summary>
    internal static void CifarPickle(string path, string labelKey, int[] labels, byte[] pixels)
    {
        using var stream = new MemoryStream();
        void Raw(string text) => stream.Write(Encoding.Latin1.GetBytes(text));
        void Name(string text) => Raw($"U{(char)text.Length}{text}");
        void Whole(int value) => Raw("J" + Encoding.Latin1.GetString(BitConverter.GetBytes(value)));
        Raw("\x80\x02}(");
        Name(labelKey);
        Raw("](");
        Array.ForEach(labels, Whole);
        Raw("e");
        Name("data");
        Raw("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85");
        Name("b");
        Raw("\x87R(K\x01");
        Whole(labels.Length);
        Whole(3072);
        Raw("\u0086cnumpy\ndtype\n");
        Name("u1");
        Raw("K\0K\x01\x87R(K\x03");
        Name("|");
        Raw("NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T");
        stream.Write(BitConverter.GetBytes(pixels.Length));
        stream.Write(pixels);
        Raw("tbu.");
        File.WriteAllBytes(path, stream.ToArray());
    }

    internal static void CifarNames(string path, string key, params string[] names)
    {
        var text = "\x80\x02}(U" + (char)key.Length + key + "](" + string.Concat(names.Select(name => "U" + (char)name.Length + name)) + "eu.";
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(text));
    }

    /// <summary>A MATLAB file of version 5.</summary>
    /// <param name="path">The file.</param>
    /// <param name="packed">Whether variables are compressed, as MATLAB 7 does.</param>
    /// <param name="variables">Numbers (double[]), a text, a cell of texts (string[]), or a structure array.</param>
    internal static void Mat(string path, bool packed, params (string Name, object Value)[] variables)
    {
        using var stream = new MemoryStream();
        stream.Write(Encoding.Latin1.GetBytes("MATLAB 5.0 MAT-file".PadRight(124)));
        stream.Write([0, 1, (byte)'I', (byte)'M']);
        foreach (var (name, value) in variables)
        {
            var matrix = Matrix(name, value);
            if (!packed)
            {
                stream.Write(matrix);
                continue;
            }

            using var inner = new MemoryStream();
            using (var zip = new ZLibStream(inner, CompressionLevel.Optimal, leaveOpen: true))
            {
                zip.Write(matrix);
            }

            stream.Write(BitConverter.GetBytes(15));
            stream.Write(BitConverter.GetBytes((int)inner.Length));
            stream.Write(inner.ToArray());
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);   // not null: as above
        File.WriteAllBytes(path, stream.ToArray());
    }

    private static byte[] Element(int type, byte[] data) =>
        data.Length is > 0 and <= 4
            ? [.. BitConverter.GetBytes((data.Length << 16) | type), .. data, .. new byte[4 - data.Length]]
            : [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[(8 - (data.Length % 8)) % 8]];

    private static byte[] Matrix(string name, object value)
    {
        byte[] Head(int kind, int count) =>
        [
            .. Element(6, [.. BitConverter.GetBytes(kind), .. BitConverter.GetBytes(0)]),
            .. Element(5, [.. BitConverter.GetBytes(1), .. BitConverter.GetBytes(count)]),
            .. Element(1, Encoding.Latin1.GetBytes(name)),
        ];
        return Element(14, value switch
        {
            double[] numbers => [.. Head(6, numbers.Length), .. Element(9, [.. numbers.SelectMany(BitConverter.GetBytes)])],
            string text => [.. Head(4, text.Length), .. Element(4, Encoding.Unicode.GetBytes(text))],
            string[] texts => [.. Head(1, texts.Length), .. texts.SelectMany(text => Matrix("", text))],
            Dictionary<string, object>[] rows =>
            [
                .. Head(2, rows.Length),
                .. Element(5, BitConverter.GetBytes(16)),
                .. Element(1, [.. rows[0].Keys.SelectMany(key => Encoding.Latin1.GetBytes(key.PadRight(16, '\0')))]),
                .. rows.SelectMany(row => row.Values.SelectMany(field => Matrix("", field))),
            ],
            _ => throw new ArgumentException($"A {value.GetType()} cannot be written.", nameof(value)),
        });
    }

    /// <summary>An HDF5 file with one array of bytes, through the HDF5 library.</summary>
    internal static unsafe void Hdf5(string path, string name, long[] shape, byte[] values)
    {
        var file = H5Fcreate(path, 2, 0, 0);
        var type = *(long*)NativeLibrary.GetExport(NativeLibrary.Load(Library), "H5T_NATIVE_UINT8_g");   // known once the library has started
        fixed (long* sizes = shape)
        fixed (byte* bytes = values)
        {
            var space = H5Screate_simple(shape.Length, (ulong*)sizes, null);
            var data = H5Dcreate2(file, name, type, space, 0, 0, 0);
            _ = H5Dwrite(data, type, 0, 0, 0, bytes);
            _ = H5Dclose(data);
            _ = H5Sclose(space);
        }

        _ = H5Fclose(file);
    }

    private const string Library = "libhdf5_serial.so.103";

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long H5Fcreate(string path, uint flags, long create, long access);

    [LibraryImport(Library)]
    private static unsafe partial long H5Screate_simple(int rank, ulong* sizes, ulong* largest);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long H5Dcreate2(long file, string name, long type, long space, long link, long create, long access);

    [LibraryImport(Library)]
    private static unsafe partial int H5Dwrite(long data, long type, long memory, long space, long list, byte* bytes);

    [LibraryImport(Library)]
    private static partial int H5Dclose(long data);

    [LibraryImport(Library)]
    private static partial int H5Sclose(long space);

    [LibraryImport(Library)]
    private static partial int H5Fclose(long file);
}
