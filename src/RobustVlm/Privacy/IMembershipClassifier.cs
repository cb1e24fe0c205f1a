using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Learns to tell members by features, from images of which it is known.</summary>
public interface IMembershipClassifier
{
    /// <summary>Name in tables.</summary>
    string Name { get; }

    /// <summary>Learns, and scores other images; everything that is chosen is chosen from what it learns from.</summary>
    /// <param name="features">Float64 tensor [N, F], to learn from.</param>
    /// <param name="members">Float64 tensor [N], 1 for members, 0 for others.</param>
    /// <param name="others">Float64 tensor [L, F], to score.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <returns>Float64 tensor [L], larger for members.</returns>
    Tensor FitAndScore(Tensor features, Tensor members, Tensor others, Generator random);
}
