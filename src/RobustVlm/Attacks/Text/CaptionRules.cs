using System.Reflection;
using System.Text.Json;

namespace RobustVlm.Attacks.Text;

/// <summary>Phrases of one meaning that a caption rewriter may exchange.</summary>
/// <param name="Kind">What is falsified, e.g. "laterality"; at most one rule of a kind is used in a caption.</param>
/// <param name="From">The phrases, in lower case; all of them in a caption get the same new text, so that it stays consistent.</param>
/// <param name="To">What may stand in their place; empty text deletes them.</param>
/// <param name="NotBefore">Words behind a phrase that forbid the exchange.</param>
/// <param name="NotAfter">Words before a phrase that forbid the exchange.</param>
public sealed record CaptionRule(
    string Kind, IReadOnlyList<string> From, IReadOnlyList<string> To, IReadOnlyList<string>? NotBefore = null, IReadOnlyList<string>? NotAfter = null);

/// <summary>The rules of <see cref="CaptionRewrite"/>, as data.</summary>
public sealed class CaptionRules
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNameCaseInsensitive = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private static readonly Lazy<CaptionRules> s_chest = new(ReadChest);

    private CaptionRules(IReadOnlyList<CaptionRule> rules) => Rules = rules;

    /// <summary>Rules for chest radiograph reports: laterality, location, finding, severity, negation and heart size.</summary>
    public static CaptionRules Chest => s_chest.Value;

    /// <summary>The rules.</summary>
    public IReadOnlyList<CaptionRule> Rules { get; }

    /// <summary>Reads a file: a JSON array of objects with <c>kind</c>, <c>from</c> (a list of phrases), <c>to</c> (a list) and, where wanted,
    /// <c>notBefore</c> and <c>notAfter</c> (lists of words).</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such file; the message says where.</exception>
    public static CaptionRules Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return File.Exists(path) ? Parse(File.ReadAllText(path), path) : throw new FileNotFoundException($"The rule file {path} does not exist.", path);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Rules.Count} rules: {string.Join(", ", Rules.Select(rule => rule.Kind).Distinct())}";

    internal static CaptionRules Parse(string json, string source)
    {
        Entry[]? entries;
        try
        {
            entries = JsonSerializer.Deserialize<Entry[]>(json, s_json);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{source} is no list of caption rules: {e.Message}", e);
        }

        if (entries is not { Length: > 0 })
        {
            throw new InvalidDataException($"{source} holds no rules.");
        }

        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i] is not { Kind.Length: > 0, From.Length: > 0, To.Length: > 0 } entry || entry.From.Any(string.IsNullOrWhiteSpace) || entry.To.Any(to => to is null))
            {
                throw new InvalidDataException($"{source}: rule {i + 1} needs a kind, at least one phrase in \"from\" and at least one text in \"to\".");
            }
        }

        return new CaptionRules([.. entries.Select(entry => new CaptionRule(entry.Kind!, entry.From!, entry.To!, entry.NotBefore, entry.NotAfter))]);   // all three were just checked
    }

    private static CaptionRules ReadChest()
    {
        const string Name = "RobustVlm.Attacks.Text.caption-rules.json";
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException("The rules for captions are missing from the library; build it again.");
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd(), Name);
    }

    private sealed record Entry(string? Kind, string[]? From, string[]? To, string[]? NotBefore, string[]? NotAfter);
}
