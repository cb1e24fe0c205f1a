using System.Globalization;
using System.IO.Compression;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace RobustVlm.Data.Sets;

/// <summary>A CSV table with a header line, read whole; files ending in .gz are unpacked.</summary>
internal sealed class CsvTable
{
    private readonly Dictionary<string, int> _columns;
    private readonly List<string[]> _rows;

    private CsvTable(string path, string[] header, List<string[]> rows)
    {
        (Path, Header, _rows) = (path, header, rows);
        _columns = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < header.Length; i++)
        {
            _columns.TryAdd(header[i], i);
        }
    }

    internal string Path { get; }

    internal IReadOnlyList<string> Header { get; }

    internal int Count => _rows.Count;

    internal string this[int row, string column] =>
        _columns.TryGetValue(column, out var place) && place < _rows[row].Length ? _rows[row][place] : "";

    internal bool Has(string column) => _columns.ContainsKey(column);

    /// <summary>Reads a table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="required">Columns it must have; case does not matter.</param>
    /// <param name="advice">What to do when one is missing.</param>
    /// <exception cref="InvalidDataException">It is empty, lacks a column, or cannot be read.</exception>
    internal static CsvTable Read(string path, IReadOnlyList<string> required, string advice = "Copy the file again, or check that it belongs to this set.")
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The table {path} does not exist; copy it there.", path);
        }

        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            DetectDelimiterValues = [",", ";", "\t"],
            BufferSize = 1 << 12,
        };
        string[] header = [];
        var rows = new List<string[]>();
        var line = 0;
        try
        {
            using var text = Open(path);
            using var parser = new CsvParser(text, configuration);
            if (!parser.Read())
            {
                throw new InvalidDataException($"{path} is empty; it needs a first line with the columns {string.Join(" and ", required)}.");
            }

            header = Array.ConvertAll(parser.Record ?? [], name => name.Trim().Trim('\uFEFF'));
            var missing = required.Where(name => !header.Contains(name, StringComparer.OrdinalIgnoreCase)).ToArray();
            if (missing.Length > 0)
            {
                throw new InvalidDataException($"{path} has no column '{string.Join("' and '", missing)}'; it has {Shown(header)}. {advice}");
            }

            var places = required.Select(name => (Name: name, Place: Array.FindIndex(header, other => other.Equals(name, StringComparison.OrdinalIgnoreCase)))).ToArray();
            while (parser.Read())
            {
                line = parser.RawRow;
                var row = Array.ConvertAll(parser.Record ?? [], field => field.Trim());
                if (row is [] or [""])
                {
                    continue;
                }

                if (Array.Find(places, place => place.Place >= row.Length) is { Name: { } cut })
                {
                    throw new InvalidDataException($"{path}, row {rows.Count + 2}: it ends before the column '{cut}'; check the delimiters and quotes there, or copy the table again.");
                }

                rows.Add(row);
            }
        }
        catch (Exception e) when (e is CsvHelperException or DecoderFallbackException or IndexOutOfRangeException or ArgumentException)
        {
            throw new InvalidDataException($"{path} cannot be read as a table after line {line}; check the quotes there.", e);
        }
        catch (InvalidDataException e) when (e.Source?.StartsWith("System.IO.Compression", StringComparison.Ordinal) == true)
        {
            throw new InvalidDataException($"{path} is damaged: it cannot be unpacked; copy it again.", e);
        }

        return new CsvTable(path, header, rows);
    }

    /// <summary>The first of two files that exists; tables are often kept packed.</summary>
    internal static string PackedOrNot(string path) => !File.Exists(path) && File.Exists(path + ".gz") ? path + ".gz" : path;

    internal InvalidDataException Wrong(int row, string problem) => new($"{Path}, row {row + 2}: {problem}.");

    private static StreamReader Open(string path)
    {
        Stream stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return new StreamReader(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
    }

    private static string Shown(string[] header) => string.Join(", ", header.Take(12).Select(name => name.Length > 40 ? name[..40] + "…" : name)) + (header.Length > 12 ? " and more" : "");
}
