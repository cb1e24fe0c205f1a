using RobustVlm.Attacks;

namespace RobustVlm.Experiments.AttackTour;

/// <summary>The attacks of the catalogue in the order in which they are explained, fitted to a number of classes.</summary>
internal static class AttackSuite
{
    private static readonly string[] s_order =
    [
        nameof(Fgsm), nameof(MomentumFgsm), nameof(Pgd), nameof(AutoPgd), nameof(AutoPgdTargeted), nameof(CarliniWagner), nameof(Fab), nameof(Square), nameof(AutoAttack),
    ];

    /// <param name="classes">Classes of the attacked model.</param>
    /// <param name="brief">Whether to take few steps, so that everything is seen in seconds.</param>
    internal static IReadOnlyList<IImageAttack> For(int classes, bool brief)
    {
        var all = new Dictionary<string, IImageAttack>(AttackCatalog.All)
        {
            [nameof(AutoAttack)] = new AutoAttack(new AutoAttackOptions { Classes = classes }),
        };
        if (brief)
        {
            all[nameof(Pgd)] = new Pgd(new PgdOptions { Steps = 3 });
            all[nameof(AutoPgd)] = new AutoPgd(new AutoPgdOptions { Steps = 5 });
            all[nameof(AutoPgdTargeted)] = new AutoPgdTargeted(new AutoPgdTargetedOptions { Steps = 3, Targets = 2 });
            all[nameof(CarliniWagner)] = new CarliniWagner(new CarliniWagnerOptions { SearchSteps = 2, Steps = 5 });
            all[nameof(Fab)] = new Fab(new FabOptions { Steps = 3, Targets = 2 });
            all[nameof(Square)] = new Square(new SquareOptions { Queries = 20 });
            all[nameof(AutoAttack)] = new AutoAttack([all[nameof(AutoPgd)], all[nameof(Square)]]);
        }

        return [.. s_order.Where(all.ContainsKey).Concat(all.Keys.Except(s_order).Order()).Select(name => all[name])];
    }
}
