using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Display;

/// <summary>One object in all the forms a frontend may choose from, as the protocol wants them.</summary>
/// <param name="Data">MIME type to text, base64 or JSON.</param>
/// <param name="Metadata">MIME type to hints such as an image's width.</param>
internal sealed record MimeBundle(JsonObject Data, JsonObject Metadata)
{
    public const string PlainText = "text/plain";
    public const string Html = "text/html";

    /// <summary>A bundle of plain text only.</summary>
    public static MimeBundle FromText(string text) => new(new JsonObject { [PlainText] = text }, []);

    /// <summary>Whether the protocol carries this type as JSON instead of as a string.</summary>
    public static bool IsJson(string mimeType) =>
        mimeType == "application/json" || mimeType.EndsWith("+json", StringComparison.Ordinal);
}
