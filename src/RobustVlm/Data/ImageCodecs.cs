using System.Reflection;
using System.Runtime.InteropServices;

namespace RobustVlm.Data;

/// <summary>OpenCV's codecs, reached through the native part of this project.</summary>
internal static unsafe partial class ImageCodecs
{
    internal const int NotAnImage = 1;
    internal const int OutOfMemory = 3;
    internal const int CutOff = 4;

    internal const int Upright = 1;
    internal const int Signed = 2;

    private const string Library = "robustvlm_images";

    static ImageCodecs() => NativeLibrary.SetDllImportResolver(typeof(ImageCodecs).Assembly, Resolve);

    [LibraryImport(Library)]
    internal static partial int rvi_encode(byte* pixels, int width, int height, int channels, byte* extension, int quality, nint* handle, byte** bytes, long* count);

    [LibraryImport(Library)]
    internal static partial int rvi_open(byte* bytes, long count, int mode, nint* handle, void** pixels, int* width, int* height, int* channels, int* depth);

    [LibraryImport(Library)]
    internal static partial int rvi_fit(Source* source, Target* target, int filter);

    [LibraryImport(Library)]
    internal static partial int rvi_free_image(nint handle);

    [LibraryImport(Library)]
    internal static partial int rvi_free_bytes(nint handle);

    // As in Native/resample.h.
    [StructLayout(LayoutKind.Sequential)]
    internal struct Source
    {
        internal void* Pixels;
        internal long Stride;
        internal int Depth;
        internal int Width;
        internal int Height;
        internal int Channels;
        internal byte Reversed;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Target
    {
        internal int ScaledWidth;
        internal int ScaledHeight;
        internal int Left;
        internal int Top;
        internal int Width;
        internal int Height;
        internal int Channels;
        internal float* Planes;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library)
        {
            return 0;
        }

        var path = Path.Combine(Path.GetDirectoryName(assembly.Location) ?? AppContext.BaseDirectory, "librobustvlm_images.so");
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException($"Images cannot be read: {path} or OpenCV is missing. Install it with 'apt-get install libopencv-imgcodecs-dev' and build again.", e);
        }
    }
}
