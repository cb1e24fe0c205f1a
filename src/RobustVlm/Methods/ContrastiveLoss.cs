using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>Symmetric InfoNCE: each image must find its text among the batch's texts, and each text its image (Radford et al. 2021, arXiv:2103.00020).</summary>
public static class ContrastiveLoss
{
    /// <summary>The loss with exactly one right text for each image.</summary>
    /// <param name="logits">Float tensor [B, B]: scaled cosines, rows are images, columns texts, pairs on the diagonal.</param>
    /// <returns>Float tensor [], at least 0; log B when the logits say nothing.</returns>
    public static Tensor Paired(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        CheckSquare(logits);
        var targets = arange(logits.shape[0], dtype: ScalarType.Int64, device: logits.device);
        return (nn.functional.cross_entropy(logits, targets) + nn.functional.cross_entropy(logits.t(), targets)) / 2;
    }

    /// <summary>The loss when some texts of the batch are the same: all equal texts count as right, in equal shares (Khosla et al. 2020, arXiv:2004.11362).</summary>
    /// <param name="logits">Float tensor [B, B]: scaled cosines, rows are images, columns texts.</param>
    /// <param name="tokens">Long tensor [B, T]: the texts; rows that agree in every token are the same text.</param>
    /// <returns>Float tensor [], at least 0; equals <see cref="Paired"/> when all texts differ.</returns>
    public static Tensor MultiPositive(Tensor logits, Tensor tokens)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(tokens);
        CheckSquare(logits);
        var same = tokens.unsqueeze(0).eq(tokens.unsqueeze(1)).all(-1).to(logits.dtype);   // (B, B), symmetric
        var shares = same / same.sum(1, keepdim: true);
        return -((shares * logits.log_softmax(1)).sum(1) + (shares * logits.t().log_softmax(1)).sum(1)).mean() / 2;
    }

    private static void CheckSquare(Tensor logits)
    {
        if (logits.dim() != 2 || logits.shape[0] != logits.shape[1])
        {
            throw new ArgumentException(
                $"Logits must be [B, B], as many texts as images, not [{string.Join(", ", logits.shape)}].", nameof(logits));
        }
    }
}
