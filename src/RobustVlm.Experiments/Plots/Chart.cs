using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobustVlm.Experiments.Plots;

/// <summary>A figure with two renderings of the same content: an interactive one for plotly.js and a static picture.</summary>
/// <remarks>A notebook shows the interactive one where it can and the picture elsewhere. Equal charts give equal bytes.</remarks>
public abstract record Chart
{
    private const string PlotlyType = "application/vnd.plotly.v1+json";
    private const string PngType = "image/png";

    private protected Chart()
    {
    }

    /// <summary>Title above the figure; may be empty.</summary>
    public string Title { get; init; } = "";

    /// <summary>Size of the picture in pixels at scale 1.</summary>
    internal abstract (int Width, int Height) Size { get; }

    /// <summary>The static picture as SVG.</summary>
    /// <exception cref="ArgumentException">The chart's data do not fit together.</exception>
    public abstract string ToSvg();

    /// <summary>The interactive figure: an object with <c>data</c>, <c>layout</c> and <c>config</c> for plotly.js 2 or later.</summary>
    /// <exception cref="ArgumentException">The chart's data do not fit together.</exception>
    public abstract JsonObject ToPlotly();

    /// <summary>The chart in words, for terminals and screen readers.</summary>
    private protected abstract string Describe();

    /// <summary>The static picture as PNG.</summary>
    /// <param name="scale">Pixels of the picture per unit of <c>ToSvg</c>; 2 is sharp on all screens.</param>
    /// <exception cref="PictureException">librsvg is not installed, or the picture would be too large.</exception>
    public byte[] ToPng(double scale = 2) => StaticPicture.ToPng(ToSvg(), Size.Width, Size.Height, scale);

    /// <summary>Both renderings and a text as notebook output; without librsvg the picture is left out and the text says so.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle()
    {
        var bundle = new Dictionary<string, object> { [PlotlyType] = ToPlotly() };
        try
        {
            bundle[PngType] = Convert.ToBase64String(ToPng());
            bundle["text/plain"] = ToString();
        }
        catch (PictureException error)
        {
            bundle["text/plain"] = $"{this}\n(no static picture: {error.Message})";
        }

        return bundle;
    }

    /// <summary>The size at which a viewer shows the picture.</summary>
    public IReadOnlyDictionary<string, object> ToMimeMetadata() => new Dictionary<string, object>
    {
        [PngType] = new JsonObject { ["width"] = Size.Width, ["height"] = Size.Height },
    };

    /// <summary>Writes the chart to a file.</summary>
    /// <param name="path">Ends in <c>.png</c>, <c>.svg</c>, or <c>.json</c> for the plotly figure.</param>
    /// <exception cref="ArgumentException">Another ending.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var content = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".PNG" => ToPng(),
            ".SVG" => Encoding.UTF8.GetBytes(ToSvg()),
            ".JSON" => JsonSerializer.SerializeToUtf8Bytes(ToPlotly()),
            _ => throw new ArgumentException($"'{path}' should end in .png, .svg or .json."),
        };
        File.WriteAllBytes(path, content);
    }

    /// <summary>The chart in words.</summary>
    public sealed override string ToString() => Describe();
}
