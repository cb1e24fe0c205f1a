namespace RobustVlm.Attacks;

/// <summary>Every image attack with its default settings, by class name; use <see cref="IImageAttack.WithEpsilon"/> for other budgets.</summary>
public static class AttackCatalog
{
    /// <summary>Class name to attack.</summary>
    public static IReadOnlyDictionary<string, IImageAttack> All { get; } = new SortedDictionary<string, IImageAttack>
    {
        [nameof(AutoAttack)] = new AutoAttack(),
        [nameof(AutoPgd)] = new AutoPgd(),
        [nameof(AutoPgdTargeted)] = new AutoPgdTargeted(),
        [nameof(CarliniWagner)] = new CarliniWagner(),
        [nameof(Fab)] = new Fab(),
        [nameof(Fgsm)] = new Fgsm(),
        [nameof(MomentumFgsm)] = new MomentumFgsm(),
        [nameof(Pgd)] = new Pgd(),
        [nameof(Square)] = new Square(),
    };
}
