using System.Text;

namespace RobustVlm.Experiments.Plots;

/// <summary>How wide text is in DejaVu Sans, so that nothing in a picture overlaps.</summary>
internal static class TextMetrics
{
    // Advance widths in thousandths of the font size, for the characters from blank to tilde.
    private static readonly int[] s_regular =
    [
        318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636, 636,
        636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
        603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635,
        634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
    ];

    private static readonly int[] s_bold =
    [
        348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696, 696, 696,
        696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850,
        733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716,
        712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
    ];

    /// <summary>Width of one line.</summary>
    public static double Width(string text, double size, bool bold = false)
    {
        var table = bold ? s_bold : s_regular;
        return text.EnumerateRunes().Sum(rune => Advance(rune, table)) * size / 1000;
    }

    /// <summary>Breaks text at blanks into lines of at most a width; a word that is longer is cut with an ellipsis.</summary>
    public static IReadOnlyList<string> Wrap(string text, double width, double size, bool bold = false)
    {
        var lines = new List<string>();
        foreach (var paragraph in text.Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var longer = line.Length == 0 ? word : $"{line} {word}";
                if (line.Length > 0 && Width(longer, size, bold) > width)
                {
                    lines.Add(Fit(line, width, size, bold));
                    longer = word;
                }

                line = longer;
            }

            lines.Add(Fit(line, width, size, bold));
        }

        return lines;
    }

    /// <summary>The text, shortened with an ellipsis when it is wider than a width.</summary>
    public static string Fit(string text, double width, double size, bool bold = false)
    {
        if (Width(text, size, bold) <= width)
        {
            return text;
        }

        var runes = text.EnumerateRunes().ToList();
        while (runes.Count > 0 && Width(string.Concat(runes) + "…", size, bold) > width)
        {
            runes.RemoveAt(runes.Count - 1);
        }

        return string.Concat(runes).TrimEnd() + "…";
    }

    private static int Advance(Rune rune, int[] table)
    {
        const int wide = 1000;
        return rune.Value switch
        {
            >= ' ' and <= '~' => table[rune.Value - ' '],
            '·' => 380,
            '–' or '°' => 500,
            '²' or '³' => 440,
            // Ideographs and emoji come from another font and fill a square.
            '—' or '…' or >= 0x2E80 => wide,
            >= 0x2000 => 840,
            _ => table['m' - ' '] * 7 / 10,
        };
    }
}
