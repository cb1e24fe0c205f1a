using static TorchSharp.torch;

namespace RobustVlm.Attacks.Text;

/// <summary>A classifier of texts, as attacks see it.</summary>
/// <param name="texts">N texts.</param>
/// <returns>Float tensor [N, K], logits of K classes.</returns>
public delegate Tensor TextClassifier(IReadOnlyList<string> texts);
