using RobustVlm.Data;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Plots;

/// <summary>Many pictures at a glance, as one JPEG: an <see cref="ImageGrid"/> of as many would make a notebook too large.</summary>
/// <param name="Grid">The pictures.</param>
public sealed record ContactSheet(ImageGrid Grid)
{
    private const string JpegType = "image/jpeg";

    /// <summary>JPEG quality, 1 to 100.</summary>
    public int Quality { get; init; } = 72;

    /// <summary>The sheet as a JPEG file.</summary>
    public byte[] ToJpeg()
    {
        var folder = Directory.CreateTempSubdirectory("contact-sheet");
        try
        {
            var (png, jpeg) = (Path.Combine(folder.FullName, "sheet.png"), Path.Combine(folder.FullName, "sheet.jpg"));
            File.WriteAllBytes(png, Grid.ToPng(1));
            using var scope = NewDisposeScope();
            ImageFile.Write(jpeg, ImageFile.Read(png, grey: false), Quality);
            return File.ReadAllBytes(jpeg);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The sheet as notebook output; without librsvg the picture is left out and the text says so.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle()
    {
        try
        {
            return new Dictionary<string, object> { [JpegType] = Convert.ToBase64String(ToJpeg()), ["text/plain"] = ToString() };
        }
        catch (PictureException error)
        {
            return new Dictionary<string, object> { ["text/plain"] = $"{this}\n(no picture: {error.Message})" };
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Grid.Title}: {string.Join(", ", Grid.Rows.Select(row => row.Label).OfType<string>())}";
}
