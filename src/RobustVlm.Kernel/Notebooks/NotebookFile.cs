using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>A Jupyter notebook: reads nbformat 4.0 and later, writes 4.5; keeps metadata it does not know.</summary>
internal sealed partial class NotebookFile
{
    private const int _minorVersion = 5;

    private static readonly string[] _knownKeys = ["cells", "metadata", "nbformat", "nbformat_minor"];

    private int _minor = _minorVersion;

    public List<NotebookCell> Cells { get; } = [];

    public JsonObject Metadata { get; private init; } = [];

    private JsonObject Extra { get; init; } = [];

    /// <summary>Reads a file. Throws <see cref="NotebookException"/> with one sentence when it is missing, damaged or no notebook.</summary>
    public static NotebookFile Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true)), path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NotebookException($"There is no notebook at '{path}'; give the path of an .ipynb file.", error);
        }
        catch (DecoderFallbackException error)
        {
            throw new NotebookException($"'{path}' is not a notebook: it is not UTF-8 text.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NotebookException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads notebook text; <paramref name="name"/> stands for the file in messages.</summary>
    public static NotebookFile Parse(string json, string name = "notebook")
    {
        try
        {
            if (string.IsNullOrWhiteSpace(json))
            {
                throw new NotebookException("it is empty");
            }

            var notebook = Read(JsonNode.Parse(json, null, new JsonDocumentOptions { MaxDepth = 512 }));
            // Writing once touches every string and key, so that damage is reported now and not after an hour of running.
            notebook.ToJson();
            return notebook;
        }
        catch (JsonException error)
        {
            var where = error.LineNumber is { } line ? $" near line {line + 1}" : string.Empty;
            throw new NotebookException(
                $"'{name}' is not a notebook: its JSON is damaged or cut off{where}; restore the file or save it again from its editor.", error);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            throw new NotebookException($"'{name}' is not a notebook: it has a doubled key or a broken character; save it again from its editor.", error);
        }
        catch (NotebookException error)
        {
            throw new NotebookException($"'{name}' is not a usable notebook: {error.Message}.", error);
        }
    }

    public string ToJson()
    {
        GiveIds();
        var tree = (JsonObject)Extra.DeepClone();
        tree["cells"] = new JsonArray([.. Cells.Select(cell => cell.ToJson())]);
        tree["metadata"] = Metadata.DeepClone();
        tree["nbformat"] = 4;
        tree["nbformat_minor"] = _minor;
        return NotebookJson.Write(tree);
    }

    /// <summary>Writes beside the target and renames, so that a reader or a crash never sees half a file. A link stays a link.</summary>
    public void Save(string path)
    {
        AtomicFile.Write(path, ToJson());
    }

    private static NotebookFile Read(JsonNode? node)
    {
        if (node is not JsonObject tree || tree["nbformat"] is not JsonValue version || !version.TryGetValue<int>(out var major))
        {
            throw new NotebookException("it has no 'nbformat' number");
        }

        if (major != 4)
        {
            throw new NotebookException($"it has notebook format {major}, and format 4 is needed (open and save it in Jupyter to convert it)");
        }

        if (tree["cells"] is not JsonArray cells)
        {
            throw new NotebookException("it has no list of 'cells'");
        }

        var notebook = new NotebookFile
        {
            Metadata = tree["metadata"]?.DeepClone() as JsonObject ?? [],
            Extra = new JsonObject(
                tree.Where(pair => !_knownKeys.Contains(pair.Key, StringComparer.Ordinal))
                    .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))),
        };
        if (tree["nbformat_minor"] is JsonValue minor && minor.TryGetValue<int>(out var number))
        {
            notebook._minor = Math.Max(_minorVersion, number);
        }

        notebook.Cells.AddRange(cells.Select((cell, index) => NotebookCell.Read(cell, index + 1)));
        return notebook;
    }

    // A missing id is made from the cell's own text, so that converting the same file twice gives the same ids.
    private void GiveIds()
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cell in Cells)
        {
            if (!ValidId().IsMatch(cell.Id) || !taken.Add(cell.Id))
            {
                var repeat = 0;
                do
                {
                    var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{cell.Kind}\n{repeat}\n{cell.Source}"));
                    cell.Id = Convert.ToHexStringLower(hash.AsSpan(0, 4));
                    repeat++;
                }
                while (!taken.Add(cell.Id));
            }
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}\\z")]
    private static partial Regex ValidId();
}
