using System.Text.RegularExpressions;

namespace RobustVlm.Kernel.Notebooks.Html;

/// <summary>Takes from foreign HTML every attribute that would load something over a network; links to click on stay.</summary>
internal static partial class OfflineHtml
{
    public static string Clean(string html)
    {
        return LoadingTag().Replace(html, tag => RemoteAddress().Replace(tag.Value, " data-offline-$1=$2"));
    }

    [GeneratedRegex(@"<(?:script|img|image|link|iframe|frame|source|video|audio|embed|object|use|input|track|base|body|table|td|th)\b[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex LoadingTag();

    [GeneratedRegex("""\s(src|srcset|href|xlink:href|data|poster|background)\s*=\s*("\s*(?:https?:)?//[^"]*"|'\s*(?:https?:)?//[^']*'|(?:https?:)?//[^\s>]*)""", RegexOptions.IgnoreCase)]
    private static partial Regex RemoteAddress();
}
