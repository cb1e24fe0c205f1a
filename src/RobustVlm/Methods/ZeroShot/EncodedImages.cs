using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>What an image encoder says of a batch, in float32 or better; cosines and logits are computed when first asked for.</summary>
public sealed class EncodedImages
{
    private readonly Tensor _classes;
    private readonly Tensor _scale;
    private Tensor? _logits;

    internal EncodedImages(Tensor embeddings, Tensor classes, Tensor scale)
    {
        Embeddings = embeddings.dtype == ScalarType.Float64 ? embeddings : embeddings.to(ScalarType.Float32);
        _classes = classes;
        _scale = scale;
    }

    /// <summary>Float tensor [B, D], not normalised.</summary>
    public Tensor Embeddings { get; }

    /// <summary>Float tensor [B, K], in [-1, 1]: cosines with the classes' prompts.</summary>
    public Tensor Cosines => KnownCosines ??= Clip.Cosines(Clip.UnitLength(Embeddings), _classes);

    /// <summary>Float tensor [B, K]: cosines times the scale of the logits.</summary>
    public Tensor Logits => _logits ??= Cosines * _scale;

    internal Tensor? KnownCosines { get; private set; }
}
