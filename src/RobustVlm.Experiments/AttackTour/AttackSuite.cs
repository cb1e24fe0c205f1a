using RobustVlm.Attacks;

namespace RobustVlm.Experiments.AttackTour;

/// <summary>How much work the attacks of a comparison do.</summary>
public enum AttackEffort
{
    /// <summary>A few steps, only to see that everything runs.</summary>
    Trial,

    /// <summary>What two processor cores do in minutes: the numbers of AA-mini.</summary>
    Mini,

    /// <summary>The published numbers.</summary>
    Published,
}

/// <summary>The attacks of the catalogue in the order in which they are explained, fitted to a number of classes and to an effort.</summary>
internal static class AttackSuite
{
    private static readonly string[] s_order =
    [
        nameof(Fgsm), nameof(MomentumFgsm), nameof(Pgd), nameof(AutoPgd), nameof(AutoPgdTargeted), nameof(CarliniWagner), nameof(Fab), nameof(Square), nameof(AutoAttack),
    ];

    /// <param name="classes">Classes of the attacked model.</param>
    /// <param name="effort">How much work they do.</param>
    internal static IReadOnlyList<IImageAttack> For(int classes, AttackEffort effort)
    {
        var all = new Dictionary<string, IImageAttack>(AttackCatalog.All);
        foreach (var (name, attack) in Changed(classes, effort))
        {
            all[name] = attack;
        }

        return [.. s_order.Where(all.ContainsKey).Concat(all.Keys.Except(s_order).Order()).Select(name => all[name])];
    }

    private static Dictionary<string, IImageAttack> Changed(int classes, AttackEffort effort) => effort switch
    {
        AttackEffort.Trial => Of(3, 5, 3, 2, 2, 5, 3, 20, new AutoAttack([new AutoPgd(new AutoPgdOptions { Steps = 5 }), new Square(new SquareOptions { Queries = 20 })])),
        AttackEffort.Mini => Of(20, 50, 50, 3, 4, 150, 30, 500, new AutoAttack(new AutoAttackOptions { Version = AutoAttackVersion.Mini, Classes = classes })),
        AttackEffort.Published => new() { [nameof(AutoAttack)] = new AutoAttack(new AutoAttackOptions { Classes = classes }) },
        _ => throw new ArgumentOutOfRangeException(nameof(effort), effort, "Use Trial, Mini or Published."),
    };

    private static Dictionary<string, IImageAttack> Of(int pgd, int apgd, int apgdTargeted, int targets, int cwSearches, int cw, int fab, int queries, IImageAttack ensemble) => new()
    {
        [nameof(Pgd)] = new Pgd(new PgdOptions { Steps = pgd, StopWhenFooled = true }),
        [nameof(AutoPgd)] = new AutoPgd(new AutoPgdOptions { Steps = apgd }),
        [nameof(AutoPgdTargeted)] = new AutoPgdTargeted(new AutoPgdTargetedOptions { Steps = apgdTargeted, Targets = targets }),
        [nameof(CarliniWagner)] = new CarliniWagner(new CarliniWagnerOptions { SearchSteps = cwSearches, Steps = cw, InitialWeight = 1, LearningRate = 0.002 }),
        [nameof(Fab)] = new Fab(new FabOptions { Steps = fab, Targets = targets }),
        [nameof(Square)] = new Square(new SquareOptions { Queries = queries }),
        [nameof(AutoAttack)] = ensemble,
    };
}
