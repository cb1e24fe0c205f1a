using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks.Text;

/// <summary>The words that a masked language model would put in place of each word of a caption.</summary>
internal sealed class WordCandidates
{
    // Limits of the branch for words of several pieces (Li et al. 2020, and their code).
    private const int MostPositions = 12;
    private const int PerPosition = 4;
    private const int MostCombinations = 24;

    private readonly IMaskedLanguageModel _language;
    private readonly double _threshold;
    private readonly (int First, int Count)[] _spans;
    private readonly float[][] _scores;   // best logits of each row, falling
    private readonly int[][] _pieces;

    /// <summary>Asks the model about a caption.</summary>
    /// <param name="language">The model.</param>
    /// <param name="caption">The caption; nothing is hidden from the model.</param>
    /// <param name="count">Candidates K of each piece.</param>
    /// <param name="threshold">Least logit of a candidate; 0 takes all.</param>
    /// <param name="offByOne">Whether to take the row before, as Co-Attack and SGA do.</param>
    internal WordCandidates(IMaskedLanguageModel language, CaptionWords caption, int count, double threshold, bool offByOne)
    {
        (_language, _threshold) = (language, threshold);
        _spans = new (int, int)[caption.Words.Count];
        var pieces = new List<int>();
        foreach (var (text, word) in caption.Parts())
        {
            var cut = language.Cut(text);
            if (word >= 0)
            {
                _spans[word] = (pieces.Count + (offByOne ? 0 : 1), cut.Count);   // row 0 is about the start mark
            }

            pieces.AddRange(cut);
        }

        if (pieces.Count == 0)
        {
            (_scores, _pieces) = ([], []);
            return;
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var logits = Checked(language.Predict([pieces])).to(ScalarType.Float32);
        var (values, indices) = logits.select(0, 0).topk((int)Math.Min(count, logits.shape[2]), -1);   // (T, K)
        _scores = [.. values.Values<float>().Chunk((int)values.shape[1])];
        _pieces = [.. indices.Values<long>().Select(index => (int)index).Chunk((int)values.shape[1])];
    }

    /// <summary>Candidates for a word, best first, as the model gives them: the word itself and parts of words may be among them.</summary>
    /// <param name="word">Position of the word.</param>
    internal IEnumerable<string> Of(int word)
    {
        var (first, count) = _spans[word];
        if (count == 0 || first + count > _pieces.Length)
        {
            return [];   // beyond what the model reads
        }

        return count == 1
            ? _scores[first].Zip(_pieces[first]).TakeWhile(best => _threshold == 0 || best.First >= _threshold).Where(best => IsWord(best.Second)).Select(best => _language.Join([best.Second]))
            : Combinations([.. Enumerable.Range(first, count).Take(MostPositions).Select(row => _pieces[row].Take(PerPosition).ToArray())]);
    }

    // A piece that, written down, is read as itself; parts of words and special pieces are not.
    private bool IsWord(int piece) => _language.Join([piece]) is { Length: > 0 } text && _language.Cut(text) is [var same] && same == piece;

    private IEnumerable<string> Combinations(int[][] choices)
    {
        List<int[]> combined = [[]];
        foreach (var choice in choices)
        {
            // Those after the 24th can never come among the first 24.
            combined = [.. combined.SelectMany(start => choice.Select(piece => (int[])[.. start, piece])).Take(MostCombinations)];
        }

        return Order(combined).Select(i => _language.Join(combined[i]));
    }

    // By pseudo-perplexity of the pieces alone, without marks.
    private int[] Order(List<int[]> combined)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var logits = Checked(_language.Predict(combined, marks: false));
        var rows = logits.shape[1];
        var targets = tensor(combined.SelectMany(pieces => pieces.Take((int)rows)).Select(piece => (long)piece).ToArray(), [combined.Count, rows], device: logits.device);
        var surprise = -logits.log_softmax(-1).gather(2, targets.unsqueeze(-1)).squeeze(-1).mean([1]);
        var values = surprise.to(ScalarType.Float64).Values<double>();
        return [.. Enumerable.Range(0, combined.Count).OrderBy(i => values[i])];
    }

    private static Tensor Checked(Tensor logits)
    {
        if (logits.dim() != 3)
        {
            throw new InvalidOperationException($"The language model must return logits [N, T, V], not [{string.Join(", ", logits.shape)}].");
        }

        using var finite = logits.isfinite().all();
        return finite.item<bool>() ? logits : throw new InvalidOperationException("The language model's logits hold NaN or infinity; check its weights.");
    }
}
