using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>1 - cosine for pairs that belong together (target 1), max(0, cosine - margin) for the others (target -1).</summary>
public sealed class CosineEmbeddingLoss : Loss<Tensor, Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="margin">Cosine that is small enough.</param>
    /// <param name="reduction">Mean, sum or none.</param>
    public CosineEmbeddingLoss(double margin = 0.0, nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(CosineEmbeddingLoss), reduction)
    {
        this.margin = margin;
    }

    /// <summary>Cosine that is small enough.</summary>
    public double margin { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input1, Tensor input2, Tensor target) =>
        nn.functional.cosine_embedding_loss(input1, input2, target, margin, reduction);
}

/// <summary>x for pairs that belong together (target 1), max(0, margin - x) for the others (target -1).</summary>
public sealed class HingeEmbeddingLoss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="margin">Distance that is enough.</param>
    /// <param name="reduction">Mean, sum or none.</param>
    public HingeEmbeddingLoss(double margin = 0.0, nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(HingeEmbeddingLoss), reduction)
    {
        this.margin = margin;
    }

    /// <summary>Distance that is enough.</summary>
    public double margin { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        nn.functional.hinge_embedding_loss(input, target, margin, reduction);
}

/// <summary>max(0, margin - target · (input1 - input2)) with targets 1 and -1.</summary>
public sealed class MarginRankingLoss : Loss<Tensor, Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="margin">Distance that is enough.</param>
    /// <param name="reduction">Mean, sum or none.</param>
    public MarginRankingLoss(double margin = 0, nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(MarginRankingLoss), reduction)
    {
        this.margin = margin;
    }

    /// <summary>Distance that is enough.</summary>
    public double margin { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input1, Tensor input2, Tensor target) =>
        nn.functional.margin_ranking_loss(input1, input2, target, margin, reduction);
}

/// <summary>Hinge loss between several right classes and the others; targets [N, K] list classes, then -1.</summary>
public sealed class MultiLabelMarginLoss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="reduction">Mean, sum or none.</param>
    public MultiLabelMarginLoss(nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(MultiLabelMarginLoss), reduction)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        nn.functional.multi_label_margin_loss(input, target, reduction);
}

/// <summary>Hinge loss between the right class and the others.</summary>
public sealed class MultiMarginLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="p">Power of the hinge, 1 or 2.</param>
    /// <param name="margin">Distance that is enough.</param>
    /// <param name="weight">Float tensor [K], weight of each class, or null.</param>
    /// <param name="reduction">Mean, sum or none.</param>
    public MultiMarginLoss(int p = 1, double margin = 1.0, Tensor? weight = null, nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(MultiMarginLoss), weight, reduction)
    {
        this.p = p;
        this.margin = margin;
    }

    /// <summary>Power of the hinge, 1 or 2.</summary>
    public int p { get; }

    /// <summary>Distance that is enough.</summary>
    public double margin { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        nn.functional.multi_margin_loss(input, target, p, margin, weight, reduction);
}

/// <summary>log(1 + exp(-target · input)) with targets 1 and -1.</summary>
public sealed class SoftMarginLoss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="reduction">Mean, sum or none.</param>
    public SoftMarginLoss(nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(SoftMarginLoss), reduction)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        nn.functional.soft_margin_loss(input, target, reduction);
}

/// <summary>max(0, distance to the positive - distance to the negative + margin).</summary>
public sealed class TripletMarginLoss : Loss<Tensor, Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="margin">Distance that is enough.</param>
    /// <param name="p">Kind of norm.</param>
    /// <param name="eps">Added to the differences.</param>
    /// <param name="swap">Whether the positive may stand in for the anchor where it is closer to the negative.</param>
    /// <param name="reduction">Mean, sum or none.</param>
    public TripletMarginLoss(double margin = 1.0, long p = 2, double eps = 1e-06, bool swap = false, nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(TripletMarginLoss), reduction)
    {
        this.margin = margin;
        this.p = p;
        this.eps = eps;
        this.swap = swap;
    }

    /// <summary>Distance that is enough.</summary>
    public double margin { get; }

    /// <summary>Kind of norm.</summary>
    public long p { get; }

    /// <summary>Added to the differences.</summary>
    public double eps { get; }

    /// <summary>Whether the positive may stand in for the anchor where it is closer to the negative.</summary>
    public bool swap { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor anchor, Tensor positive, Tensor negative) =>
        nn.functional.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction);
}

/// <summary>The triplet loss with a distance of one's own.</summary>
public sealed class TripletMarginWithDistanceLoss : Loss<Tensor, Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="distance">Distance of two batches of vectors [N, D]: float tensor [N]; the Euclidean one when null.</param>
    /// <param name="margin">Distance that is enough.</param>
    /// <param name="swap">Whether the positive may stand in for the anchor where it is closer to the negative.</param>
    /// <param name="reduction">Mean, sum or none.</param>
    public TripletMarginWithDistanceLoss(
        Func<Tensor, Tensor, Tensor>? distance = null, double margin = 1.0, bool swap = false, nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(TripletMarginWithDistanceLoss), reduction)
    {
        (this.distance, this.margin, this.swap) = (distance, margin, swap);
    }

    /// <summary>The distance, or null for the Euclidean one.</summary>
    public Func<Tensor, Tensor, Tensor>? distance { get; }

    /// <summary>Distance that is enough.</summary>
    public double margin { get; }

    /// <summary>Whether the positive may stand in for the anchor.</summary>
    public bool swap { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor anchor, Tensor positive, Tensor negative) =>
        nn.functional.triplet_margin_with_distance_loss(anchor, positive, negative, distance, margin, swap, reduction);
}
