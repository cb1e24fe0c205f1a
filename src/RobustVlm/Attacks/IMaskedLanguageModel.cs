using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>A language model that says which words fit at a place of a text, as word substitution attacks see it.</summary>
public interface IMaskedLanguageModel
{
    /// <summary>The pieces of words that the model reads and predicts, by index.</summary>
    IReadOnlyList<string> Pieces { get; }

    /// <summary>Cuts words into pieces.</summary>
    /// <param name="word">One word, lower case.</param>
    /// <returns>Indices into <see cref="Pieces"/>; at least one.</returns>
    IReadOnlyList<int> Cut(string word);

    /// <summary>Puts pieces together to the text they stand for.</summary>
    /// <param name="pieces">Indices into <see cref="Pieces"/>.</param>
    /// <returns>The text.</returns>
    string Join(IReadOnlyList<int> pieces);

    /// <summary>How well every piece fits at every place; nothing is hidden from the model.</summary>
    /// <param name="pieces">The pieces of a text, without start and end marks, as <see cref="Cut"/> gives them.</param>
    /// <returns>Float tensor [L, V] of logits: row i is about place i of <paramref name="pieces"/>; L may be smaller where the model is too short.</returns>
    Tensor Fits(IReadOnlyList<int> pieces);
}
