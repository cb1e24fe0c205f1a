using System.Globalization;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>Captions of a <see cref="ClassFamily"/>: the class in one of its phrases, often with its colour, its place and the background's colour.</summary>
internal static class FamilyCaptions
{
    /// <summary>Random decisions per caption.</summary>
    internal const int Choices = 8;

    private const string ColourSlot = "{colour} ";

    // Prompts name no colour; captions that are prompts keep a model from learning that something is always said about it.
    private const double PlainShare = 0.3;

    internal static string Prompt(string template, FamilyClass member) =>
        string.Format(CultureInfo.InvariantCulture, template, WithColour(member.Phrases[0], null));

    /// <summary>Writes one caption for each picture.</summary>
    /// <param name="family">The family.</param>
    /// <param name="labels">Long tensor [N], class indices.</param>
    /// <param name="look">Float tensor [N, 4], in [0, 1): the columns that decide about colours, place and scale.</param>
    /// <param name="choices">Float tensor [N, 8], in [0, 1): decisions about wording.</param>
    internal static string[] Write(ClassFamily family, Tensor labels, Tensor look, Tensor choices)
    {
        var (known, looks, numbers) = (labels.cpu().data<long>().ToArray(), look.contiguous().data<float>().ToArray(), choices.data<float>().ToArray());
        return
        [
            .. known.Select((label, i) => WriteOne(
                family, family.Members[(int)label], looks.AsSpan(i * FamilyLook.Columns, FamilyLook.Columns), new Chooser(numbers.AsMemory(i * Choices, Choices)))),
        ];
    }

    private static string WriteOne(ClassFamily family, FamilyClass member, ReadOnlySpan<float> look, Chooser choose)
    {
        var style = family.Style;
        var template = choose.From(style.Templates);
        var phrase = choose.From(member.Phrases);
        if (choose.Next() < PlainShare)
        {
            return string.Format(CultureInfo.InvariantCulture, template, WithColour(phrase, null));
        }

        var (front, back) = Hue.Contrasts[FamilyLook.PairAt(look[0])];
        var scale = style.LeastScale + (style.LargestScale - style.LeastScale) * look[3];
        var room = FamilyLook.Room(scale, style);
        var described = WithColour(phrase, style.NamesColour && choose.Next() < 0.7 ? Hue.All[front].Name : null);
        if (style.NamesPlace && choose.Next() < 0.4)
        {
            described += Place((2 * look[1] - 1) * room, (2 * look[2] - 1) * room);
        }

        if (style.NamesBackground && choose.Next() < 0.4)
        {
            var name = Hue.All[back].Name;
            described += $" on {Article(name)}{name} background";
        }

        return string.Format(CultureInfo.InvariantCulture, template, described);
    }

    // "an {colour} arrow" and "a {colour} arrow" both come out with the right article; "an {colour} hourglass" must be written so.
    private static string WithColour(string phrase, string? colour)
    {
        var slot = phrase.IndexOf(ColourSlot, StringComparison.Ordinal);
        if (slot < 0)
        {
            return phrase;
        }

        var (before, after) = (phrase[..slot], phrase[(slot + ColourSlot.Length)..]);
        var next = colour is null ? after : $"{colour} {after}";
        foreach (var article in new[] { "a ", "an " })
        {
            if ((before == article || before.EndsWith(" " + article, StringComparison.Ordinal)) && (article == "a " || colour is not null))
            {
                before = before[..^article.Length] + Article(next);
                break;
            }
        }

        return before + next;
    }

    private static string Article(string next) => "aeiou".Contains(next[0], StringComparison.OrdinalIgnoreCase) ? "an " : "a ";

    private static string Place(double x, double y)
    {
        var across = x switch { < -0.15 => "left", > 0.15 => "right", _ => "" };
        var down = y switch { < -0.15 => "upper", > 0.15 => "lower", _ => "" };
        return (down, across) switch
        {
            ("", "") => " in the middle",
            ("", _) => $" on the {across}",
            (_, "") => down == "upper" ? " at the top" : " at the bottom",
            _ => $" in the {down} {across} corner",
        };
    }
}
