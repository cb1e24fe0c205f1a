using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>Attention as one operator of the engine, where it has one.</summary>
internal static class FusedAttention
{
    /// <summary>Attention of tokens whose queries, keys and values lie in one tensor.</summary>
    /// <param name="joined">Float tensor [N, T, 3 D]: queries, keys, values, each head by head.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="mask">Float tensor added to the scores, broadcast to [N, heads, T, T]; null hides nothing.</param>
    /// <returns>Float tensor [N, T, D]; null where the operator cannot do it: with the TorchSharp package, on a GPU, in float64, with a mask that is trained.</returns>
    internal static torch.Tensor? Of(torch.Tensor joined, int heads, torch.Tensor? mask) =>
        NativeEngine.HasAttention
        && joined.device_type == DeviceType.CPU
        && joined.dtype is torch.ScalarType.Float32 or torch.ScalarType.BFloat16
        && mask is not { requires_grad: true }
            ? NativeEngine.Attention(joined, heads, mask)
            : null;
}
