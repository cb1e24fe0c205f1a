using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace RobustVlm.Data;

/// <summary>One line of an image folder's table.</summary>
/// <param name="Image">File name relative to the folder.</param>
/// <param name="Label">Label as written.</param>
/// <param name="Split">Split as written; empty without that column.</param>
/// <param name="Patient">Patient as written; empty without that column.</param>
internal sealed record ImageFolderRow(string Image, string Label, string Split, string Patient)
{
    private static readonly string[] s_required = ["image", "label"];

    internal static IReadOnlyList<ImageFolderRow> ReadAll(string table)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            PrepareHeaderForMatch = header => header.Header.Trim().ToUpperInvariant(),
            MissingFieldFound = null,
            DetectDelimiter = true,
        };
        using var text = new StreamReader(table);
        using var csv = new CsvReader(text, configuration);
        if (!csv.Read() || !csv.ReadHeader())
        {
            throw new InvalidDataException($"{table} is empty; it needs a first line with the columns image and label.");
        }

        var columns = csv.HeaderRecord ?? [];
        var missing = s_required.Where(name => !columns.Any(c => c.Trim().Equals(name, StringComparison.OrdinalIgnoreCase))).ToArray();
        if (missing.Length > 0)
        {
            throw new InvalidDataException($"{table} has no column '{string.Join("' and '", missing)}'; it has {string.Join(", ", columns)}. Rename the columns that hold the file names and the classes to image and label.");
        }

        string Field(string name) => csv.TryGetField<string>(name, out var value) ? value?.Trim() ?? "" : "";
        var rows = new List<ImageFolderRow>();
        try
        {
            while (csv.Read())
            {
                rows.Add(new ImageFolderRow(Field("image"), Field("label"), Field("split"), Field("patient")));
            }
        }
        catch (CsvHelperException e)
        {
            throw new InvalidDataException($"{table} cannot be read as a table at line {csv.Parser.RawRow}; check the quotes there.", e);
        }

        return rows;
    }
}
