using RobustVlm.Data.Text;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Attacks.Text;

/// <summary>A <see cref="Bert"/> with its tokenizer, as word substitution attacks see it.</summary>
/// <param name="model">A model with a language head; it stays the caller's.</param>
/// <param name="tokenizer">The tokenizer that it was trained with.</param>
public sealed class BertMaskedLanguageModel(Bert model, ITokenizer tokenizer) : IMaskedLanguageModel
{
    private readonly Bert _model = model ?? throw new ArgumentNullException(nameof(model));
    private readonly ITokenizer _tokenizer = tokenizer ?? throw new ArgumentNullException(nameof(tokenizer));

    /// <inheritdoc/>
    public IReadOnlyList<int> Cut(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        var tokens = _tokenizer.Encode(word);
        return [.. tokens.Skip(1).Take(tokens.Count - 2).Select(token => (int)token)];
    }

    /// <inheritdoc/>
    public string Join(IReadOnlyList<int> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);

        // A model may have more tokens than its tokenizer, e.g. one for hidden words.
        return pieces.Any(piece => piece < 0 || piece >= _tokenizer.VocabularySize) ? "" : _tokenizer.Decode(pieces.Select(piece => (long)piece)).Trim();
    }

    /// <inheritdoc/>
    public Tensor Predict(IReadOnlyList<IReadOnlyList<int>> texts, bool marks = true)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0 || texts[0].Count == 0 || texts.Any(text => text.Count != texts[0].Count))
        {
            throw new ArgumentException("Give at least one text, each with the same number of pieces, at least one.", nameof(texts));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(_model);
        var inside = Math.Min(texts[0].Count, _model.Options.ContextLength - (marks ? 2 : 0));
        var tokens = texts.SelectMany(text =>
        {
            var middle = text.Take(inside).Select(piece => (long)piece);
            return marks ? middle.Prepend(_tokenizer.StartToken).Append(_tokenizer.EndToken) : middle;
        }).ToArray();
        return _model.PredictTokens(tensor(tokens, [texts.Count, tokens.Length / texts.Count], device: _model.parameters().First().device)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"BERT of {_model.Options.Depth} layers, {_tokenizer.VocabularySize} pieces";
}
