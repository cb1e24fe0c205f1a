using System.Globalization;
using System.Reflection;
using System.Text;

namespace RobustVlm.Data.Text;

/// <summary>
/// The rules of Python's text functions, which the published tokenizers were written with. They differ from .NET's in the
/// final sigma and the dotted I; and .NET decomposes no accents without the ICU library, which a plain machine lacks.
/// </summary>
internal static class Unicode
{
    private static readonly Lazy<Dictionary<int, string>> s_bases = new(ReadBases);

    internal static bool IsLetter(Rune rune) => Rune.GetUnicodeCategory(rune) is <= UnicodeCategory.OtherLetter;

    internal static bool IsNumber(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>Unicode's White_Space.</summary>
    internal static bool IsWhiteSpace(Rune rune) => Rune.IsWhiteSpace(rune);

    /// <summary>What Python's <c>str.strip</c> takes off: white space and the four information separators.</summary>
    internal static string Strip(string text)
    {
        static bool Taken(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';
        var (start, end) = (0, text.Length);
        while (start < end && Taken(text[start]))
        {
            start++;
        }

        while (end > start && Taken(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>Lower case with Unicode's two special cases that depend on nothing but the text.</summary>
    internal static string Lower(string text)
    {
        var lower = new StringBuilder(text.Length);
        var runes = text.EnumerateRunes().ToArray();
        for (var i = 0; i < runes.Length; i++)
        {
            _ = runes[i].Value switch
            {
                0x130 => lower.Append("i\u0307"),
                0x3a3 => lower.Append(IsFinalSigma(runes, i) ? 'ς' : 'σ'),
                _ => lower.Append(Rune.ToLowerInvariant(runes[i])),
            };
        }

        return lower.ToString();
    }

    /// <summary>The text decomposed canonically, without its non-spacing marks.</summary>
    internal static string WithoutAccents(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= 0xac00 and < 0xac00 + 11172)
            {
                AppendHangul(plain, rune.Value - 0xac00);
            }
            else if (s_bases.Value.TryGetValue(rune.Value, out var bases))
            {
                plain.Append(bases);
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(rune);
            }
        }

        return plain.ToString();
    }

    // A sigma ends a word when a letter stands before it and none behind, marks and the like not counted.
    private static bool IsFinalSigma(Rune[] runes, int at)
    {
        var before = at - 1;
        while (before >= 0 && IsIgnorable(runes[before]))
        {
            before--;
        }

        var after = at + 1;
        while (after < runes.Length && IsIgnorable(runes[after]))
        {
            after++;
        }

        return before >= 0 && IsCased(runes[before]) && !(after < runes.Length && IsCased(runes[after]));
    }

    // Roman numerals, circled and squared letters and the ordinal signs have case without being letters of either case.
    private static bool IsCased(Rune rune) => rune.Value is 0xaa or 0xba or (>= 0x2160 and <= 0x217f) or (>= 0x24b6 and <= 0x24e9)
        or (>= 0x1f130 and <= 0x1f149) or (>= 0x1f150 and <= 0x1f169) or (>= 0x1f170 and <= 0x1f189)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsIgnorable(Rune rune) => rune.Value is '\'' or '.' or ':' or '^' or '`' or 0xa8 or 0xad or 0xaf or 0xb4 or 0xb7 or 0xb8 or 0x2018 or 0x2019 or 0x2024 or 0x2027
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    // The Unicode Standard, section 3.12: a syllable is its lead, vowel and tail counted through.
    private static void AppendHangul(StringBuilder text, int index)
    {
        const int vowels = 21;
        const int tails = 28;
        text.Append((char)(0x1100 + (index / (vowels * tails)))).Append((char)(0x1161 + (index / tails % vowels)));
        if (index % tails > 0)
        {
            text.Append((char)(0x11a7 + (index % tails)));
        }
    }

    private static Dictionary<int, string> ReadBases()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("RobustVlm.Data.Text.decompositions.txt")
            ?? throw new InvalidOperationException("The table of decompositions is missing from the library; build it again.");
        using var reader = new StreamReader(stream);
        var bases = new Dictionary<int, string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                var numbers = line.Split(' ').Select(number => int.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
                bases[numbers[0]] = string.Concat(numbers[1..].Select(number => new Rune(number).ToString()));
            }
        }

        return bases;
    }
}
