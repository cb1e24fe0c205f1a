using RobustVlm.Models.Diffusion;
using RobustVlm.Privacy;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>An attack of one's own, from one function.</summary>
/// <param name="name">Name in tables.</param>
/// <param name="score">Takes the model and a batch of candidates and gives float [N], lower for members.</param>
/// <param name="access">What the attacker has to be able to ask.</param>
public sealed class OwnAttack(string name, Func<DiffusionModel, CandidateImages, Tensor> score, AttackAccess access = AttackAccess.GreyBox) : IMembershipAttack
{
    private const int BatchSize = 256;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public AttackAccess Access => access;

    /// <inheritdoc/>
    public Tensor Score(DiffusionModel model, CandidateImages candidates, CounterNoise noise)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        using var whole = NewDisposeScope();
        using var noGradient = no_grad();
        var parts = new List<Tensor>();
        for (var start = 0; start < candidates.Count; start += BatchSize)
        {
            using var scope = NewDisposeScope();
            var size = Math.Min(BatchSize, candidates.Count - start);
            var batch = new CandidateImages(candidates.Images.narrow(0, start, size), candidates.Captions?.narrow(0, start, size), [.. candidates.Ids.Skip(start).Take(size)]);
            parts.Add(score(model, batch).to(ScalarType.Float64).cpu().MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{name} ({access})";
}
