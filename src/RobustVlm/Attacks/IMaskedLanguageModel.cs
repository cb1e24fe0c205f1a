using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>A language model that says which words fit at a place of a text, as word substitution attacks see it.</summary>
public interface IMaskedLanguageModel
{
    /// <summary>Cuts a word into the pieces that the model reads and predicts.</summary>
    /// <param name="word">One word, lower case.</param>
    /// <returns>Indices of pieces; a word that is unknown as a whole has one that stands for it.</returns>
    IReadOnlyList<int> Cut(string word);

    /// <summary>Puts pieces together to the text they stand for.</summary>
    /// <param name="pieces">Indices of pieces.</param>
    /// <returns>The text; empty for pieces that stand for no text, such as start and end.</returns>
    string Join(IReadOnlyList<int> pieces);

    /// <summary>How well every piece fits at every place; nothing is hidden from the model.</summary>
    /// <param name="texts">The pieces of texts, the same number for each, as <see cref="Cut"/> gives them.</param>
    /// <param name="marks">Whether the model sees start and end marks round each text.</param>
    /// <returns>Float tensor [N, T, V], logits of V pieces. With marks row 0 is about the start and row i + 1 about piece i; without them
    /// row i is about piece i. Rows that the model is too short for are missing.</returns>
    Tensor Predict(IReadOnlyList<IReadOnlyList<int>> texts, bool marks = true);
}
