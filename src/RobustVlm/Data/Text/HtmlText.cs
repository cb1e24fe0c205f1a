using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Html;

namespace RobustVlm.Data.Text;

/// <summary>Resolves HTML's character references as Python's <c>html.unescape</c> does: HTML5 names, also cut short.</summary>
internal static partial class HtmlText
{
    // What browsers take the numbers 0x80 to 0x9f for: Windows-1252 instead of control characters.
    private const string Windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

    internal static string Unescape(string text) =>
        text.Contains('&', StringComparison.Ordinal) ? Reference().Replace(text, match => Resolve(match.Groups[1].Value)) : text;

    private static string Resolve(string reference)
    {
        if (reference[0] == '#')
        {
            var hexadecimal = reference[1] is 'x' or 'X';
            var digits = reference[(hexadecimal ? 2 : 1)..].TrimEnd(';').TrimStart('0');
            return Number(digits.Length > 7 ? long.MaxValue : long.Parse("0" + digits, hexadecimal ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture));
        }

        // The longest name that the reference begins with.
        for (var length = reference.Length; length > 1; length--)
        {
            if (HtmlEntityProvider.Resolver.GetSymbol(reference[..length]) is { } symbol)
            {
                return symbol + reference[length..];
            }
        }

        return "&" + reference;
    }

    private static string Number(long number) => number switch
    {
        0 or > 0x10ffff or (>= 0xd800 and <= 0xdfff) => "\ufffd",
        >= 0x80 and <= 0x9f => Windows1252[(int)number - 0x80].ToString(),
        0x0d => "\r",
        < 0x09 or 0x0b or (>= 0x0e and <= 0x1f) or 0x7f or (>= 0xfdd0 and <= 0xfdef) => "",
        _ when (number & 0xfffe) == 0xfffe => "",
        _ => new Rune((int)number).ToString(),
    };

    [GeneratedRegex(@"&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")]
    private static partial Regex Reference();
}
