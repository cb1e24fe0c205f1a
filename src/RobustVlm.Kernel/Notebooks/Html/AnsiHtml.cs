using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace RobustVlm.Kernel.Notebooks.Html;

/// <summary>Terminal text as HTML: colours and weights become spans, every other escape sequence is dropped.</summary>
internal static partial class AnsiHtml
{
    private static readonly string[] _names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

    public static string Encode(string text)
    {
        var html = new StringBuilder();
        var state = new State();
        var position = 0;
        foreach (Match code in ColourCode().Matches(text))
        {
            AppendRun(html, text[position..code.Index], state);
            state = state.After(code.Groups[1].Value);
            position = code.Index + code.Length;
        }

        AppendRun(html, text[position..], state);
        return html.ToString();
    }

    private static void AppendRun(StringBuilder html, string text, State state)
    {
        var plain = WebUtility.HtmlEncode(TerminalText.WithoutAnsi(text));
        if (plain.Length == 0)
        {
            return;
        }

        var attributes = state.Attributes();
        html.Append(attributes.Length == 0 ? plain : $"<span{attributes}>{plain}</span>");
    }

    [GeneratedRegex("\x1b\\[([0-9;:]*)m")]
    private static partial Regex ColourCode();

    private sealed record State
    {
        private bool Bold { get; init; }

        private bool Italic { get; init; }

        private bool Underlined { get; init; }

        private string? Colour { get; init; }

        private string? Background { get; init; }

        public State After(string codes)
        {
            var numbers = new Queue<int>(codes.Split(';', ':').Select(code =>
                int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0));
            var state = this;
            while (numbers.TryDequeue(out var number))
            {
                state = number switch
                {
                    0 => new State(),
                    1 => state with { Bold = true },
                    3 => state with { Italic = true },
                    4 => state with { Underlined = true },
                    22 => state with { Bold = false },
                    23 => state with { Italic = false },
                    24 => state with { Underlined = false },
                    >= 30 and <= 37 => state with { Colour = $"ansi-{_names[number - 30]}" },
                    38 => state with { Colour = Extended(numbers) },
                    39 => state with { Colour = null },
                    >= 40 and <= 47 => state with { Background = $"ansi-{_names[number - 40]}" },
                    48 => state with { Background = Extended(numbers) },
                    49 => state with { Background = null },
                    >= 90 and <= 97 => state with { Colour = $"ansi-{_names[number - 90]}" },
                    >= 100 and <= 107 => state with { Background = $"ansi-{_names[number - 100]}" },
                    _ => state,
                };
            }

            return state;
        }

        public string Attributes()
        {
            var classes = new List<string>();
            var style = string.Empty;
            if (Bold)
            {
                classes.Add("ansi-bold");
            }

            if (Italic)
            {
                classes.Add("ansi-italic");
            }

            if (Underlined)
            {
                classes.Add("ansi-underlined");
            }

            if (Colour is ['#', ..])
            {
                style += $"color:{Colour};";
            }
            else if (Colour is not null)
            {
                classes.Add(Colour);
            }

            if (Background is ['#', ..])
            {
                style += $"background:{Background};";
            }
            else if (Background is not null)
            {
                classes.Add($"{Background}-back");
            }

            return (classes.Count == 0 ? string.Empty : $" class=\"{string.Join(' ', classes)}\"")
                + (style.Length == 0 ? string.Empty : $" style=\"{style}\"");
        }

        // 5;n is a palette of 256 colours, 2;r;g;b a colour by its parts.
        private static string? Extended(Queue<int> numbers)
        {
            if (!numbers.TryDequeue(out var kind))
            {
                return null;
            }

            if (kind == 2 && numbers.Count >= 3)
            {
                return Rgb(numbers.Dequeue(), numbers.Dequeue(), numbers.Dequeue());
            }

            if (kind != 5 || !numbers.TryDequeue(out var index))
            {
                return null;
            }

            return index switch
            {
                < 16 => $"ansi-{_names[index % 8]}",
                < 232 => Rgb(Step((index - 16) / 36), Step((index - 16) / 6 % 6), Step((index - 16) % 6)),
                _ => Rgb(8 + (10 * (index - 232)), 8 + (10 * (index - 232)), 8 + (10 * (index - 232))),
            };
        }

        private static int Step(int level) => level == 0 ? 0 : 55 + (40 * level);

        private static string Rgb(int red, int green, int blue)
        {
            return $"#{Math.Clamp(red, 0, 255):x2}{Math.Clamp(green, 0, 255):x2}{Math.Clamp(blue, 0, 255):x2}";
        }
    }
}
