using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>A way to fine-tune CLIP's image encoder: a loss, and what its inner attack climbs. All else is <see cref="ZeroShotFineTuning"/>'s.</summary>
public interface IFineTuningMethod
{
    /// <summary>Short name for tables and legends, e.g. <c>TeCoA</c>.</summary>
    string Name { get; }

    /// <summary>The settings it was published with, for ViT-B/32 on Tiny ImageNet unless its text says otherwise.</summary>
    FineTuningOptions Recipe { get; }

    /// <summary>Scaling and normalisation in front of student and teacher.</summary>
    ClipInput Input => new();

    /// <summary>Factor on the cosines; null takes the model's own.</summary>
    double? LogitScale => null;

    /// <summary>Whether the pictures are attacked.</summary>
    bool Attacks => true;

    /// <summary>What the attack climbs.</summary>
    /// <param name="batch">The batch; its clean passes are free to be used, those on attacked pictures do not exist yet.</param>
    /// <param name="attacked">The student on the pictures as they are attacked right now.</param>
    /// <returns>Float tensor [], the sum over the batch; or [B], one number for each picture.</returns>
    Tensor Climb(FineTuningBatch batch, EncodedImages attacked);

    /// <summary>The loss.</summary>
    /// <param name="batch">The batch after the attack.</param>
    /// <returns>Terms whose weighted sum is the loss; the same names in every step.</returns>
    IReadOnlyList<LossTerm> Terms(FineTuningBatch batch);
}
