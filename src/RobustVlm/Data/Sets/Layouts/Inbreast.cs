using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace RobustVlm.Data.Sets.Layouts;

/// <summary>INbreast mammograms (Moreira et al., 2012): DICOM files, a table with BI-RADS grades, outlines of lesions as XML property lists.</summary>
/// <remarks>The table hides the patient; the second part of a file's name tells who it is.</remarks>
internal static class Inbreast
{
    private static readonly string[] s_grades = ["1", "2", "3", "4a", "4b", "4c", "5", "6"];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        var table = folder.Table("INbreast.csv", "File Name", "Bi-Rads");
        var grades = Enumerable.Range(0, table.Count).Where(row => table[row, "File Name"].Length > 0)
            .DistinctBy(row => table[row, "File Name"]).ToDictionary(row => table[row, "File Name"], row => Grade(table, row));
        var (items, outlines) = (new List<ImageItem>(), new List<string>());
        var (left, unlisted) = (0, 0);
        foreach (var file in SetFolder.ImagesIn(folder.Folder("AllDICOMs")))
        {
            var parts = Path.GetFileNameWithoutExtension(file).Split('_');
            if (parts.Length < 2)
            {
                throw folder.Wrong("AllDICOMs/" + file, "is not named like 20586908_6c613a14b80a8591_MG_R_CC_ANON.dcm");
            }

            if (!grades.TryGetValue(parts[0], out var grade))
            {
                unlisted++;
                continue;
            }

            if (Class(grade, options.BiRads) is not { } label)
            {
                left++;
                continue;
            }

            var outline = folder.At("AllXML", parts[0] + ".xml");
            outlines.Add(outline);
            items.Add(new ImageItem("AllDICOMs/" + file) { Label = label, Patient = parts[1], HasMask = File.Exists(outline) });
        }

        string[] classes = options.BiRads switch
        {
            BiRadsRule.Grades => [.. s_grades.Select(grade => "BI-RADS " + grade)],
            BiRadsRule.FourAToSix => ["benign", "malignant"],
            _ => ["BI-RADS up to 3", "BI-RADS above 3"],
        };
        var set = folder.Files(classes, items, new DrawnMasks((index, mask, height, width) => Draw(outlines[index], mask, height, width)));
        if (unlisted > 0)
        {
            set.WithNote($"{unlisted} images that INbreast.csv does not list were left out.");
        }

        return left > 0 ? set.WithNote($"{left} images without a usable BI-RADS grade were left out.") : set;
    }

    private static string Grade(CsvTable table, int row)
    {
        var grade = table[row, "Bi-Rads"].Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        return grade.Length == 0 || s_grades.Contains(grade) ? grade : throw table.Wrong(row, $"'{table[row, "Bi-Rads"]}' is none of the BI-RADS grades {string.Join(", ", s_grades)}");
    }

    private static int? Class(string grade, BiRadsRule rule)
    {
        var place = Array.IndexOf(s_grades, grade);
        return rule switch
        {
            BiRadsRule.UpToThree => place is >= 0 and < 3 ? 0 : 1,
            _ when place < 0 => null,
            BiRadsRule.Grades => place,
            _ => place < 3 ? 0 : 1,
        };
    }

    // Outlines are lists of texts "(x, y)"; single points are marks, not areas, and stay single pixels.
    private static void Draw(string path, byte[] mask, int height, int width)
    {
        try
        {
            using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            var points = XDocument.Load(reader).Descendants("key").Where(key => key.Value == "Point_px").Select(key => key.ElementsAfterSelf().FirstOrDefault());
            foreach (var outline in points.Where(list => list?.Name == "array"))
            {
                MaskShapes.Polygon(mask, height, width, [.. outline!.Elements("string").Select(text => Point(text.Value))]);   // not null: its name was compared
            }
        }
        catch (XmlException e)
        {
            throw new InvalidDataException($"{path} is damaged in line {e.LineNumber}; copy it again.", e);
        }
    }

    private static (double X, double Y) Point(string text)
    {
        var numbers = text.Trim('(', ')', ' ').Split(',');
        return numbers.Length == 2
            ? (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture))
            : throw new FormatException($"'{text}' is not a point");
    }
}
