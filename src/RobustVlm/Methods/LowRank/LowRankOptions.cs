using RobustVlm.Models;

namespace RobustVlm.Methods.LowRank;

/// <summary>Settings of low-rank updates. The defaults are MeLo's: rank 4 on queries and values of every block (Zhu et al. 2023, arXiv:2311.08236).</summary>
public sealed record LowRankOptions
{
    /// <summary>Which layers of a block.</summary>
    public LowRankTargets Targets { get; init; } = LowRankTargets.Query | LowRankTargets.Value;

    /// <summary>Rank r of an update, at least one.</summary>
    public int Rank { get; init; } = 4;

    /// <summary>Strength: an update is multiplied by alpha / r.</summary>
    public double Alpha { get; init; } = 4;

    /// <summary>Share of an update's inputs that is zeroed in training, in [0, 1).</summary>
    public double Dropout { get; init; }

    /// <summary>Blocks that are adapted, counted from 0; null takes all.</summary>
    public IReadOnlyList<int>? Blocks { get; init; }

    /// <summary>Start of the names of the layers that are adapted, e.g. <c>visual.</c> for the images' half of a CLIP; empty takes all.</summary>
    public string Under { get; init; } = "";

    /// <summary>The factor on an update, alpha / r as real numbers: the published code divides whole numbers, so that alpha below r gives zero.</summary>
    internal double Scale => Alpha / Rank;

    /// <summary>Counts the weights of one task's updates without making them: r times (inputs + outputs) for each adapted layer.</summary>
    /// <param name="model">Sizes of the model that is adapted.</param>
    /// <returns>The count, without a head. For queries and values of all blocks it is 4 L D r.</returns>
    public long CountParameters(VisionTransformerOptions model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Check();
        var blocks = Enumerable.Range(0, model.Depth).Count(block => Blocks?.Contains(block) != false);
        var square = new[] { LowRankTargets.Query, LowRankTargets.Key, LowRankTargets.Value, LowRankTargets.Output }.Count(target => Targets.HasFlag(target));
        var wide = new[] { LowRankTargets.Fc1, LowRankTargets.Fc2 }.Count(target => Targets.HasFlag(target));
        return (long)blocks * Rank * ((square * 2L * model.Width) + (wide * (model.Width + (long)(int)(model.MlpRatio * model.Width))));
    }

    /// <summary>The weights that one task trains as a share of the model's own, both without a head.</summary>
    /// <param name="model">Sizes of the model that is adapted.</param>
    /// <returns>A share, e.g. 0.00172 for MeLo on ViT-B/16; it grows as the model gets narrower.</returns>
    public double ShareOf(VisionTransformerOptions model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return CountParameters(model) / (double)(model with { Classes = 0 }).CountParameters();
    }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Rank, 1);
        ArgumentNullException.ThrowIfNull(Under);
        if (Targets == LowRankTargets.None || (Targets & ~LowRankTargets.All) != 0)
        {
            throw new ArgumentException("Choose at least one of the six targets, e.g. LowRankTargets.Query | LowRankTargets.Value.");
        }

        if (Alpha is not (> 0 and < double.PositiveInfinity))
        {
            throw new ArgumentException($"Alpha is above zero, e.g. the rank, not {Alpha}.");
        }

        if (Dropout is not (>= 0 and < 1))
        {
            throw new ArgumentException($"Choose Dropout from 0 up to, but not including, 1, not {Dropout}.");
        }

        if (Blocks is { } blocks && (blocks.Count == 0 || blocks.Any(block => block < 0) || blocks.Distinct().Count() != blocks.Count))
        {
            throw new ArgumentException("Give the adapted blocks as different numbers from 0, or null for all.");
        }
    }
}
