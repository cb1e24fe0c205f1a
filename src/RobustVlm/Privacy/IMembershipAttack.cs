using RobustVlm.Models.Diffusion;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Tells how likely images are among those that a diffusion model was trained on.</summary>
public interface IMembershipAttack
{
    /// <summary>Name in tables and plots.</summary>
    string Name { get; }

    /// <summary>What the attacker has to be able to ask.</summary>
    AttackAccess Access { get; }

    /// <summary>Scores images; a lower score means a member. The sign is fixed and never turned by what comes out.</summary>
    /// <param name="model">The model under attack.</param>
    /// <param name="candidates">The images.</param>
    /// <param name="noise">Source of all randomness.</param>
    /// <returns>Float64 tensor [N] on the CPU, finite.</returns>
    Tensor Score(DiffusionModel model, CandidateImages candidates, CounterNoise noise);
}
