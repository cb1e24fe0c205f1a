using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>A fold: places to learn from, and places that are held out.</summary>
/// <param name="Learn">Places to learn from.</param>
/// <param name="Held">Places that are held out.</param>
internal sealed record MembershipFold(int[] Learn, int[] Held);

/// <summary>Folds with as many members in each.</summary>
internal static class MembershipFolds
{
    internal static IReadOnlyList<MembershipFold> Draw(IReadOnlyList<bool> members, int folds, Generator random)
    {
        if (folds < 2 || members.Count(yes => yes) < folds || members.Count(yes => !yes) < folds)
        {
            throw new ArgumentException($"{folds} folds need at least two, and as many members and non-members as folds.", nameof(folds));
        }

        var foldOf = new int[members.Count];
        foreach (var group in members.Distinct())
        {
            var places = Enumerable.Range(0, members.Count).Where(i => members[i] == group).ToArray();
            using var order = randperm(places.Length, dtype: ScalarType.Int64, generator: random);
            foreach (var (position, shuffled) in order.data<long>().ToArray().Index())
            {
                foldOf[places[shuffled]] = position % folds;
            }
        }

        var all = Enumerable.Range(0, members.Count).ToArray();
        return [.. Enumerable.Range(0, folds).Select(fold => new MembershipFold([.. all.Where(i => foldOf[i] != fold)], [.. all.Where(i => foldOf[i] == fold)]))];
    }

    /// <summary>Long tensor [n] of places.</summary>
    internal static Tensor Index(int[] places) => tensor(places.Select(place => (long)place).ToArray());
}
