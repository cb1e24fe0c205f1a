using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks.Text;

/// <summary>The search of BERT-Attack for image-text models: words by falling importance, of each the candidate that serves the objective most.</summary>
internal sealed class WordSubstitution
{
    // Captions whose changed versions go through the model together.
    private const int Together = 32;

    private readonly IMaskedLanguageModel _language;
    private readonly BertAttackOptions _options;

    internal WordSubstitution(IMaskedLanguageModel language, BertAttackOptions options)
    {
        ArgumentNullException.ThrowIfNull(language);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Candidates, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxChanges, 1, nameof(options));
        (_language, _options) = (language, options);
    }

    /// <summary>Attacks captions.</summary>
    /// <param name="model">The attacked model.</param>
    /// <param name="captions">The captions M.</param>
    /// <param name="guides">Float tensor [M, D], embeddings to get away from (SGA's objective); null gets away from the caption's own embedding.</param>
    /// <param name="progress">Told the finished share.</param>
    internal IReadOnlyList<string> Attack(IImageTextModel model, IReadOnlyList<string> captions, Tensor? guides, Action<double>? progress) =>
        Choose(model, Prepare(model, captions, share => progress?.Invoke(share / 2)), guides, share => progress?.Invoke((1 + share) / 2));

    /// <summary>What does not depend on the objective: order and candidates of the words.</summary>
    /// <param name="model">The attacked model.</param>
    /// <param name="captions">The captions.</param>
    /// <param name="progress">Told the finished share.</param>
    internal IReadOnlyList<Prepared> Prepare(IImageTextModel model, IReadOnlyList<string> captions, Action<double>? progress)
    {
        using var noGradient = no_grad();
        var prepared = new List<Prepared>(captions.Count);
        foreach (var part in captions.Select(CaptionWords.Of).Chunk(Together))
        {
            Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            var importance = Importance(model, part);
            prepared.AddRange(part.Zip(importance, Prepared (words, scores) => new(words, Order(words, scores), new WordCandidates(
                _language, words, _options.Candidates, _options.Threshold, _options.ReproduceOffByOne))));
            progress?.Invoke((double)prepared.Count / captions.Count);
        }

        return prepared;
    }

    /// <summary>Chooses the changes.</summary>
    /// <param name="model">The attacked model.</param>
    /// <param name="prepared">The captions M.</param>
    /// <param name="guides">Float tensor [M, D], embeddings to get away from; null for the captions' own.</param>
    /// <param name="progress">Told the finished share.</param>
    internal IReadOnlyList<string> Choose(IImageTextModel model, IReadOnlyList<Prepared> prepared, Tensor? guides, Action<double>? progress)
    {
        using var noGradient = no_grad();
        var chosen = new List<string>(prepared.Count);
        foreach (var part in prepared.Chunk(Together))
        {
            using var scope = NewDisposeScope();
            chosen.AddRange(ChoosePart(model, part, guides?.narrow(0, chosen.Count, part.Length)));
            progress?.Invoke((double)chosen.Count / prepared.Count);
        }

        return chosen;
    }

    /// <summary>Importance of each word: how far the embedding moves when it becomes unknown.</summary>
    /// <param name="model">The attacked model.</param>
    /// <param name="captions">The captions.</param>
    internal double[][] Importance(IImageTextModel model, IReadOnlyList<CaptionWords> captions)
    {
        using var scope = NewDisposeScope();
        var texts = captions.SelectMany(caption => caption.Words.Select((_, place) => caption.With(place, _options.UnknownWord).ToString()).Prepend(caption.ToString()));
        var embeddings = EmbeddingMath.OfTexts(model, [.. texts]);
        var importance = new double[captions.Count][];
        var first = 0;
        for (var i = 0; i < importance.Length; i++)
        {
            var count = captions[i].Words.Count;
            importance[i] = count == 0 ? [] : EmbeddingMath.Divergence(embeddings.narrow(0, first, 1), embeddings.narrow(0, first + 1, count)).to(ScalarType.Float64).Values<double>();
            first += count + 1;
        }

        return importance;
    }

    /// <summary>Candidates that may stand in place of a word, without the word itself.</summary>
    internal static IEnumerable<string> Allowed(string word, IEnumerable<string> candidates)
    {
        var old = word.ToLowerInvariant();
        return candidates.Where(candidate => candidate != old && !StopWords.English.Contains(candidate) && !candidate.Contains("##", StringComparison.Ordinal)
            && !candidate.Any(char.IsWhiteSpace) && candidate.Any(char.IsLetterOrDigit));
    }

    private static int[] Order(CaptionWords words, double[] importance) =>
        [.. Enumerable.Range(0, importance.Length).OrderByDescending(place => importance[place]).Where(place => !StopWords.English.Contains(words.Words[place].ToLowerInvariant()))];

    private List<string> ChoosePart(IImageTextModel model, Prepared[] part, Tensor? guides)
    {
        var away = guides ?? EmbeddingMath.OfTexts(model, [.. part.Select(caption => caption.Words.ToString())]);
        var searches = part.Select((caption, row) => new Search(caption, row)).ToArray();
        while (true)
        {
            // One word of every unfinished caption per round, so that the model gets large batches.
            Interruption.ThrowIfRequested();
            using var round = NewDisposeScope();
            var open = searches.Where(search => search.Changes < _options.MaxChanges && search.Next < search.Caption.Order.Count).ToArray();
            if (open.Length == 0)
            {
                return [.. searches.Select(search => search.Current.ToString())];
            }

            var versions = open.Select(search => search.Versions()).ToArray();
            var embeddings = EmbeddingMath.OfTexts(model, [.. versions.SelectMany(version => version).Select(version => version.ToString())]);
            var first = 0;
            for (var i = 0; i < open.Length; i++)
            {
                var (own, old) = (embeddings.narrow(0, first, versions[i].Count), away.narrow(0, open[i].Row, 1));
                var score = guides is null ? EmbeddingMath.Divergence(old, own) : -(own * old).sum(-1);
                open[i].Take(versions[i], (int)score.argmax().item<long>());
                first += versions[i].Count;
            }
        }
    }

    /// <summary>A caption with the order in which its words are tried, and their candidates.</summary>
    internal sealed record Prepared(CaptionWords Words, IReadOnlyList<int> Order, WordCandidates Candidates);

    /// <summary>How far the search in one caption has come.</summary>
    private sealed class Search(Prepared caption, int row)
    {
        internal Prepared Caption => caption;

        internal int Row => row;

        internal CaptionWords Current { get; private set; } = caption.Words;

        internal int Changes { get; private set; }

        internal int Next { get; private set; }

        /// <summary>The caption as it is, then with each candidate for the next word.</summary>
        internal List<CaptionWords> Versions()
        {
            var place = caption.Order[Next];
            return [Current, .. Allowed(caption.Words.Words[place], caption.Candidates.Of(place)).Select(word => Current.With(place, word))];
        }

        internal void Take(List<CaptionWords> versions, int best)
        {
            (Current, Changes, Next) = (versions[best], Changes + (best > 0 ? 1 : 0), Next + 1);
        }
    }
}
