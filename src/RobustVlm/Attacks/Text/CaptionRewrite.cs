using System.Text.RegularExpressions;
using RobustVlm.Data.Chest;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks.Text;

/// <summary>Settings of <see cref="CaptionRewrite"/>.</summary>
public sealed record CaptionRewriteOptions
{
    /// <summary>Largest number of exchanges in a caption, at least one; how many it gets is drawn.</summary>
    public int MaxChanges { get; init; } = 2;
}

/// <summary>Falsifies captions by rules, so that each contradicts its image and still reads well.</summary>
/// <remarks>
/// A stand-in for the rewriting by a language model in RAN (Han et al. 2024, arXiv:2407.02716), whose prompt is not known. An exchange is made
/// wherever its phrase occurs in the caption. What <see cref="ReportFacts"/> reads from the new caption always differs from what it reads from the old
/// one; where no rule achieves that, the caption stays as it is.
/// </remarks>
public sealed partial class CaptionRewrite : ITextAttack
{
    // Long captions need no more attempts than they have words, and those are few.
    private const int MostAttempts = 64;

    private readonly CaptionRewriteOptions _options;
    private readonly (CaptionRule Rule, Regex Pattern)[] _rules;

    /// <summary>Makes the attack.</summary>
    /// <param name="rules">The rules; null takes <see cref="CaptionRules.Chest"/>.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no changes.</exception>
    public CaptionRewrite(CaptionRules? rules = null, CaptionRewriteOptions? options = null)
    {
        _options = options ?? new CaptionRewriteOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MaxChanges, 1, nameof(options));
        _rules = [.. (rules ?? CaptionRules.Chest).Rules.Select(rule => (rule, Pattern(rule)))];
    }

    /// <inheritdoc/>
    public string Name => "Caption rewrite";

    /// <inheritdoc/>
    public int MaxChanges => _options.MaxChanges;

    /// <inheritdoc/>
    public IReadOnlyList<string> Perturb(IImageTextModel model, IReadOnlyList<string> captions, Generator random, Action<double>? progress = null) =>
        Rewrite(captions, random, progress);

    /// <summary>Rewrites captions; no model is needed.</summary>
    /// <param name="captions">Any captions.</param>
    /// <param name="random">Draws number and kind of the exchanges.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>As many captions, in the same order.</returns>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public IReadOnlyList<string> Rewrite(IReadOnlyList<string> captions, Generator random, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        TextInput.Check(captions);
        var rewritten = new string[captions.Count];
        for (var i = 0; i < rewritten.Length; i++)
        {
            Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            var numbers = rand([MostAttempts], device: random.device, generator: random).Values<float>();
            rewritten[i] = RewriteOne(captions[i], numbers);
            progress?.Invoke((i + 1.0) / rewritten.Length);
        }

        return rewritten;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    private string RewriteOne(string caption, float[] numbers)
    {
        var facts = ReportFacts.Read(caption);
        var wanted = 1 + (int)(numbers[0] * _options.MaxChanges);
        var open = _rules.Where(rule => rule.Pattern.IsMatch(caption)).ToList();
        var (current, next, changes) = (caption, 1, 0);
        while (open.Count > 0 && changes < wanted && next + 1 < numbers.Length)
        {
            var (rule, pattern) = Draw(open);
            open.RemoveAll(other => other.Rule == rule);
            var news = rule.To.Where(text => text.Length == 0 || !current.Contains(text, StringComparison.OrdinalIgnoreCase)).ToArray();
            var to = Draw(news.Length > 0 ? news : rule.To);   // rather not "no nodule or nodule"
            var changed = Tidy(pattern.Replace(current, match => Spelled(to, match)), char.IsUpper(caption[0]));

            // Two exchanges must not cancel each other; a caption of another subject, in which nothing is read, needs only other words.
            if (changed == current || (facts.Count > 0 && ReportFacts.Read(changed).SetEquals(facts)))
            {
                continue;
            }

            (current, changes) = (changed, changes + 1);
            open.RemoveAll(other => other.Rule.Kind == rule.Kind || !other.Pattern.IsMatch(changed));
        }

        return current;

        T Draw<T>(IReadOnlyList<T> choices) => choices[Math.Min((int)(numbers[next++] * choices.Count), choices.Count - 1)];
    }

    private static Regex Pattern(CaptionRule rule)
    {
        var words = string.Join('|', rule.From.OrderByDescending(phrase => phrase.Length).Select(
            phrase => string.Join(@"\s+", phrase.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Regex.Escape))));
        var before = rule.NotAfter is { Count: > 0 } after ? $@"(?<!\b(?:{Either(after)})\s+)" : "";
        var behind = rule.NotBefore is { Count: > 0 } ahead ? $@"(?!\s+(?:{Either(ahead)})\b)" : "";
        return new Regex($@"{before}\b(?:{words})\b{behind}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

        static string Either(IEnumerable<string> choices) => string.Join('|', choices.Select(Regex.Escape));
    }

    private static string Spelled(string to, Match match) => to.Length > 0 && char.IsUpper(match.Value[0]) ? char.ToUpperInvariant(to[0]) + to[1..] : to;

    // After a deletion: one blank between words, and in a text that begins with a capital one for each sentence.
    private static string Tidy(string text, bool capitals)
    {
        var single = Blanks().Replace(text, " ").Trim();
        return capitals ? Beginning().Replace(single, match => match.Value.ToUpperInvariant()) : single;
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"(?:^|[.!?] )\p{Ll}")]
    private static partial Regex Beginning();
}
