using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace RobustVlm.Experiments.Plots;

/// <summary>Turns SVG into PNG with librsvg, inside the process.</summary>
internal static unsafe partial class StaticPicture
{
    private const string Rsvg = "librsvg-2.so.2";
    private const string Cairo = "libcairo.so.2";
    private const string GObject = "libgobject-2.0.so.0";
    private const string GLib = "libglib-2.0.so.0";
    private const int Argb32 = 0;
    private const int MaxSide = 16_000;

    // librsvg allows one thread per handle; its font code has had races between handles in older releases.
    private static readonly Lock s_drawing = new();

    /// <summary>Draws an SVG document on white.</summary>
    /// <param name="svg">The document.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="scale">Pixels of the picture per pixel of the document.</param>
    /// <exception cref="PictureException">librsvg is not installed, or it refuses the document.</exception>
    public static byte[] ToPng(string svg, int width, int height, double scale)
    {
        var columns = (int)Math.Round(width * scale);
        var rows = (int)Math.Round(height * scale);
        if (columns is < 1 or > MaxSide || rows is < 1 or > MaxSide)
        {
            throw new PictureException(string.Create(
                CultureInfo.InvariantCulture,
                $"A picture of {columns} x {rows} pixels cannot be drawn; each side must lie between 1 and {MaxSide}, so change the scale."));
        }

        try
        {
            lock (s_drawing)
            {
                return PngEncoder.Encode(Draw(svg, columns, rows), columns, rows, channels: 3);
            }
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new PictureException("Static pictures need librsvg 2.46 or later; install the apt package librsvg2-2.", error);
        }
    }

    private static byte[] Draw(string svg, int columns, int rows)
    {
        var document = Encoding.UTF8.GetBytes(svg);
        nint handle = 0, surface = 0, context = 0;
        try
        {
            GError* error = null;
            fixed (byte* start = document)
            {
                handle = rsvg_handle_new_from_data(start, (nuint)document.Length, &error);
            }

            ThrowOn(error);
            surface = cairo_image_surface_create(Argb32, columns, rows);
            context = cairo_create(surface);
            cairo_set_source_rgb(context, 1, 1, 1);
            cairo_paint(context);

            var viewport = new Rectangle { Width = columns, Height = rows };
            _ = rsvg_handle_render_document(handle, context, &viewport, &error);
            ThrowOn(error);
            cairo_surface_flush(surface);
            if (cairo_surface_status(surface) is not 0 and var status)
            {
                throw new PictureException($"The picture could not be drawn: cairo reports status {status}.");
            }

            return ToRgb(cairo_image_surface_get_data(surface), cairo_image_surface_get_stride(surface), columns, rows);
        }
        finally
        {
            if (context != 0)
            {
                cairo_destroy(context);
            }

            if (surface != 0)
            {
                cairo_surface_destroy(surface);
            }

            if (handle != 0)
            {
                g_object_unref(handle);
            }
        }
    }

    // cairo keeps a pixel as one native-endian integer 0xAARRGGBB; on white everything is opaque.
    private static byte[] ToRgb(byte* data, int stride, int columns, int rows)
    {
        var rgb = new byte[columns * rows * 3];
        var next = 0;
        for (var y = 0; y < rows; y++)
        {
            var row = (uint*)(data + ((long)y * stride));
            for (var x = 0; x < columns; x++)
            {
                rgb[next++] = (byte)(row[x] >> 16);
                rgb[next++] = (byte)(row[x] >> 8);
                rgb[next++] = (byte)row[x];
            }
        }

        return rgb;
    }

    private static void ThrowOn(GError* error)
    {
        if (error is not null)
        {
            var message = Marshal.PtrToStringUTF8((nint)error->Message);
            g_error_free(error);
            throw new PictureException($"The picture could not be drawn: {message}");
        }
    }

    [LibraryImport(Rsvg)]
    private static partial nint rsvg_handle_new_from_data(byte* data, nuint length, GError** error);

    [LibraryImport(Rsvg)]
    private static partial int rsvg_handle_render_document(nint handle, nint cairo, Rectangle* viewport, GError** error);

    [LibraryImport(Cairo)]
    private static partial nint cairo_image_surface_create(int format, int width, int height);

    [LibraryImport(Cairo)]
    private static partial nint cairo_create(nint surface);

    [LibraryImport(Cairo)]
    private static partial void cairo_set_source_rgb(nint context, double red, double green, double blue);

    [LibraryImport(Cairo)]
    private static partial void cairo_paint(nint context);

    [LibraryImport(Cairo)]
    private static partial void cairo_surface_flush(nint surface);

    [LibraryImport(Cairo)]
    private static partial int cairo_surface_status(nint surface);

    [LibraryImport(Cairo)]
    private static partial byte* cairo_image_surface_get_data(nint surface);

    [LibraryImport(Cairo)]
    private static partial int cairo_image_surface_get_stride(nint surface);

    [LibraryImport(Cairo)]
    private static partial void cairo_destroy(nint context);

    [LibraryImport(Cairo)]
    private static partial void cairo_surface_destroy(nint surface);

    [LibraryImport(GObject)]
    private static partial void g_object_unref(nint instance);

    [LibraryImport(GLib)]
    private static partial void g_error_free(GError* error);

    [StructLayout(LayoutKind.Sequential)]
    private struct Rectangle
    {
        public double X;
        public double Y;
        public double Width;
        public double Height;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct GError
    {
        public uint Domain;
        public int Code;
        public byte* Message;
    }
}
