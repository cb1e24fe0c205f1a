using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A table of vectors, looked up by index. Standard normal at the start.</summary>
public sealed class Embedding : nn.Module<Tensor, Tensor>
{
    private readonly double? _maxNorm;
    private readonly double _normType;
    private readonly bool _scaleByFrequency;
    private readonly bool _sparse;
    private Parameter _weight;

    internal Embedding(Parameter weight, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse)
        : base(nameof(Embedding))
    {
        (_weight, this.weight) = (weight, weight);
        (num_embeddings, embedding_dim) = (weight.shape[0], weight.shape[1]);
        if (padding_idx is { } index && (index >= num_embeddings || index < -num_embeddings))
        {
            throw new ArgumentOutOfRangeException(nameof(padding_idx), index, $"padding_idx must lie within the {num_embeddings} entries.");
        }

        this.padding_idx = padding_idx < 0 ? padding_idx + num_embeddings : padding_idx;
        (_maxNorm, _normType, _scaleByFrequency, _sparse) = (max_norm, norm_type, scale_grad_by_freq, sparse);
    }

    /// <summary>Number of vectors.</summary>
    public long num_embeddings { get; }

    /// <summary>Length of each vector.</summary>
    public long embedding_dim { get; }

    /// <summary>Index whose vector gets no gradient, or null.</summary>
    public long? padding_idx { get; }

    /// <summary>Float parameter [num_embeddings, embedding_dim].</summary>
    public Parameter weight
    {
        get => _weight;
        set => ConditionallyRegisterParameter(nameof(weight), _weight = value ?? throw new ArgumentNullException(nameof(value)));
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        nn.functional.embedding(input, _weight, padding_idx, _maxNorm, _normType, _scaleByFrequency, _sparse);
}
