using RobustVlm.Attacks;
using RobustVlm.Data.Worlds;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Models;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests.AttackTour;

/// <summary>How strong the short attacks of the notebooks are on a shipped model.</summary>
public sealed class AttackStrengthTests(ITestOutputHelper output)
{
    [Fact, Trait("Category", "Slow")]
    public void Mini_AutoAttack_is_within_one_and_a_half_points_of_the_standard_version()
    {
        using var scope = NewDisposeScope();
        using var model = ShippedCheckpoints.Load<VisionTransformer>(Lab.Open(Scale.Smoke), ShippedCheckpoints.MiniVitName);
        using var random = new Generator(1);
        using var batch = WorldCatalog.Source.Render(100, model.Options.ImageSize, random);
        var (mini, standard) = (Standing(AutoAttackVersion.Mini), Standing(AutoAttackVersion.Standard));
        output.WriteLine($"mini {mini}, standard {standard} of 100 stand");
        Assert.InRange(mini - standard, -1.5, 1.5);

        // One more than all that the budget leaves would show nothing.
        Assert.InRange(standard, 10, 90);

        double Standing(AutoAttackVersion version)
        {
            var attack = new AutoAttack(new AutoAttackOptions { Version = version, Epsilon = new PixelBudget(0.3 / 255), Classes = WorldCatalog.Source.Classes.Count });
            using var attacked = attack.Perturb(model.call, batch.Images, batch.Labels, random);
            using var noGradient = no_grad();
            return model.call(attacked).argmax(1).eq(batch.Labels).sum().item<long>();
        }
    }
}
