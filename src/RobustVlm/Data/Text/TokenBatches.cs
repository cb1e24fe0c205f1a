using static TorchSharp.torch;

namespace RobustVlm.Data.Text;

/// <summary>Token indices of several texts as one tensor.</summary>
public static class TokenBatches
{
    /// <summary>Encodes texts.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="texts">At least one text.</param>
    /// <param name="length">Number of columns; null takes the length of the longest text.</param>
    /// <returns>Long tensor [N, T] of token indices in [0, VocabularySize), padded behind.</returns>
    /// <exception cref="ArgumentException">There is no text, or a text is longer than <paramref name="length"/>.</exception>
    public static Tensor Encode(this ITokenizer tokenizer, IReadOnlyList<string> texts, int? length = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0)
        {
            throw new ArgumentException("Give at least one text.", nameof(texts));
        }

        var encoded = texts.Select(tokenizer.Encode).ToArray();
        var longest = encoded.Max(tokens => tokens.Count);
        var columns = length ?? longest;
        if (columns < longest)
        {
            throw new ArgumentException($"A text has {longest} tokens, more than the {columns} asked for; ask for up to {tokenizer.MaxLength}.", nameof(length));
        }

        var padded = new long[encoded.Length * columns];
        Array.Fill(padded, tokenizer.PaddingToken);
        for (var i = 0; i < encoded.Length; i++)
        {
            for (var k = 0; k < encoded[i].Count; k++)
            {
                padded[(i * columns) + k] = encoded[i][k];
            }
        }

        return tensor(padded, [encoded.Length, columns]);
    }
}
