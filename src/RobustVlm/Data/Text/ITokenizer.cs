namespace RobustVlm.Data.Text;

/// <summary>Turns texts into token indices for a text encoder.</summary>
public interface ITokenizer
{
    /// <summary>Largest number of tokens of a text, start and end included.</summary>
    int MaxLength { get; }

    /// <summary>Number of different tokens; indices lie in [0, VocabularySize).</summary>
    int VocabularySize { get; }

    /// <summary>Index that fills up shorter texts.</summary>
    long PaddingToken { get; }

    /// <summary>Index before the first token of a text.</summary>
    long StartToken { get; }

    /// <summary>Index behind the last token of a text.</summary>
    long EndToken { get; }

    /// <summary>Encodes one text without padding.</summary>
    /// <param name="text">Any text; what goes beyond <see cref="MaxLength"/> is cut off.</param>
    /// <returns>Start, tokens, end: at most <see cref="MaxLength"/> indices.</returns>
    IReadOnlyList<long> Encode(string text);

    /// <summary>The text of encoded tokens, without start, end and padding.</summary>
    /// <param name="tokens">Token indices in [0, <see cref="VocabularySize"/>).</param>
    /// <returns>A text that encodes to the same tokens; case and blanks may differ from the original.</returns>
    string Decode(IEnumerable<long> tokens);
}
