using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Cosine of the angle between vectors.</summary>
public sealed class CosineSimilarity : ParameterLessModule<Tensor, Tensor, Tensor>
{
    internal CosineSimilarity(long dim, double eps)
        : base(nameof(CosineSimilarity))
    {
        (this.dim, this.eps) = (dim, eps);
    }

    /// <summary>Dimension of the vectors.</summary>
    public long dim { get; set; }

    /// <summary>Smallest product of norms to divide by.</summary>
    public double eps { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input1, Tensor input2) => nn.functional.cosine_similarity(input1, input2, dim, eps);
}

/// <summary>Norm of the difference of vectors [N, D].</summary>
public sealed class PairwiseDistance : ParameterLessModule<Tensor, Tensor, Tensor>
{
    internal PairwiseDistance(double p, double eps, bool keepdim)
        : base(nameof(PairwiseDistance))
    {
        (norm, this.eps, keep_output_dim) = (p, eps, keepdim);
    }

    /// <summary>Kind of norm.</summary>
    public double norm { get; set; }

    /// <summary>Added to the differences.</summary>
    public double eps { get; set; }

    /// <summary>Whether the last dimension stays, with size 1.</summary>
    public bool keep_output_dim { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input1, Tensor input2) => nn.functional.pairwise_distance(input1, input2, norm, eps, keep_output_dim);
}
