using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks.Text;

/// <summary>Settings of <see cref="BertClassAttack"/>. The defaults are those of the authors' commands.</summary>
public sealed record BertClassAttackOptions
{
    /// <summary>Candidates of the language model for each word, at least one.</summary>
    public int Candidates { get; init; } = 48;

    /// <summary>Least logit (no probability) of a candidate; 0 takes all.</summary>
    public double Threshold { get; init; }

    /// <summary>Largest share of a text's words that is changed, in (0, 1]; at least one word may be.</summary>
    public double ChangedShare { get; init; } = 0.4;

    /// <summary>What stands in place of a word while its importance is measured.</summary>
    public string UnknownWord { get; init; } = "[UNK]";
}

/// <summary>
/// Changes words of a text until a classifier answers another class, the most important words first, each for the word of a masked language model that lowers the true
/// class most (BERT-Attack, Li et al. 2020, arXiv:2004.09984). <see cref="BertAttack"/> is its form for models without classes.
/// </summary>
/// <remarks>
/// Unlike in the authors' code the last word of a text has an importance too, a rejected candidate leaves no trace, and the number of changes never exceeds the share.
/// Stop words are neither replaced nor put in. Their filter against antonyms, which needs a table of word vectors, is left out.
/// </remarks>
public sealed class BertClassAttack
{
    private readonly IMaskedLanguageModel _language;
    private readonly BertClassAttackOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="language">The language model that proposes words, in evaluation mode.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no candidates, or the share is not in (0, 1].</exception>
    public BertClassAttack(IMaskedLanguageModel language, BertClassAttackOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(language);
        (_language, _options) = (language, options ?? new BertClassAttackOptions());
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Candidates, 1, nameof(options));
        if (!(_options.ChangedShare is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.ChangedShare, "Give the share of words that may change as a number above 0 and up to 1.");
        }
    }

    /// <summary>Attacks texts, one after another.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="texts">The texts, at least one.</param>
    /// <param name="labels">Their true classes, in [0, K).</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>What became of each text.</returns>
    /// <exception cref="ArgumentException">Texts and labels do not fit each other or the classifier.</exception>
    /// <exception cref="InvalidOperationException">A model gives numbers that are none, or another shape than it should.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public IReadOnlyList<TextAttackResult> Perturb(TextClassifier classifier, IReadOnlyList<string> texts, IReadOnlyList<int> labels, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(labels);
        TextInput.Check(texts);
        if (labels.Count != texts.Count)
        {
            throw new ArgumentException($"Give one label per text, {texts.Count}, not {labels.Count}.", nameof(labels));
        }

        using var noGradient = no_grad();
        var results = new List<TextAttackResult>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            results.Add(Attack(classifier, CaptionWords.Of(texts[i]), labels[i]));
            progress?.Invoke((i + 1.0) / texts.Count);
        }

        return results;
    }

    /// <inheritdoc/>
    public override string ToString() => $"BERT-Attack on classes {_options}";

    private TextAttackResult Attack(TextClassifier classifier, CaptionWords text, int label)
    {
        var before = Probabilities(classifier, [text], label)[0];
        var queries = 1;
        if (Best(before) != label)
        {
            return new TextAttackResult(text.ToString(), TextAttackEnd.WrongBefore, 0, queries);
        }

        var order = Order(classifier, text, label, before);
        queries += text.Words.Count;
        var candidates = new WordCandidates(_language, text, _options.Candidates, _options.Threshold, offByOne: false);
        var (current, sure, changes) = (text, before[label], 0);
        var allowed = Math.Max(1, (int)(_options.ChangedShare * text.Words.Count));
        foreach (var place in order)
        {
            Interruption.ThrowIfRequested();
            if (changes == allowed)
            {
                return new TextAttackResult(current.ToString(), TextAttackEnd.OutOfChanges, changes, queries);
            }

            CaptionWords[] versions = [.. WordSubstitution.Allowed(text.Words[place], candidates.Of(place)).Select(word => current.With(place, word))];
            if (versions.Length == 0)
            {
                continue;
            }

            var answers = Probabilities(classifier, versions, label);
            queries += versions.Length;
            if (Array.FindIndex(answers, answer => Best(answer) != label) is var fooling and >= 0)
            {
                return new TextAttackResult(versions[fooling].ToString(), TextAttackEnd.Fooled, changes + 1, queries);
            }

            var lowest = Enumerable.Range(0, answers.Length).MinBy(i => answers[i][label]);
            if (answers[lowest][label] < sure)
            {
                (current, sure, changes) = (versions[lowest], answers[lowest][label], changes + 1);
            }
        }

        return new TextAttackResult(current.ToString(), TextAttackEnd.OutOfWords, changes, queries);
    }

    // How much the true class loses without the word, and, where another one then wins, how much that one gains.
    private int[] Order(TextClassifier classifier, CaptionWords text, int label, double[] before)
    {
        int[] places = [.. Enumerable.Range(0, text.Words.Count)];
        if (places.Length == 0)
        {
            return places;
        }

        var without = Probabilities(classifier, [.. places.Select(place => text.With(place, _options.UnknownWord))], label);
        double Importance(int place)
        {
            var winner = Best(without[place]);
            return before[label] - without[place][label] + (winner == label ? 0 : without[place][winner] - before[winner]);
        }

        return [.. places.OrderByDescending(Importance).Where(place => !StopWords.English.Contains(text.Words[place].ToLowerInvariant()))];
    }

    private static double[][] Probabilities(TextClassifier classifier, CaptionWords[] versions, int label)
    {
        using var scope = NewDisposeScope();
        var logits = classifier([.. versions.Select(version => version.ToString())]);
        if (logits.dim() != 2 || logits.shape[0] != versions.Length || logits.shape[1] < 2)
        {
            throw new InvalidOperationException($"The classifier must return logits [{versions.Length}, K] with at least two classes, not [{string.Join(", ", logits.shape)}].");
        }

        if (label < 0 || label >= logits.shape[1])
        {
            throw new ArgumentException($"Label {label} is outside the classifier's {logits.shape[1]} classes; labels count from 0.", nameof(label));
        }

        var shares = logits.to(ScalarType.Float64).softmax(1);
        return shares.isfinite().all().item<bool>()
            ? [.. shares.Values<double>().Chunk((int)shares.shape[1])]
            : throw new InvalidOperationException("The classifier of texts returned logits that are NaN or infinite; check its weights.");
    }

    private static int Best(double[] shares) => Array.IndexOf(shares, shares.Max());
}
