using RobustVlm.Privacy;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Privacy;

public sealed class MembershipCrossValidationTests : IDisposable
{
    private const int Half = 60;

    private static readonly bool[] s_members = [.. Enumerable.Range(0, 2 * Half).Select(i => i < Half)];
    private static readonly Dictionary<string, IMembershipClassifier> s_classifiers =
        new IMembershipClassifier[] { new LogisticMembership(), new PerceptronMembership(), new SingleFeatureMembership() }.ToDictionary(classifier => classifier.Name);

    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Classifiers => new(s_classifiers.Keys);

    public void Dispose() => _scope.Dispose();

    [Theory, MemberData(nameof(Classifiers))]
    public void Finds_members_whose_distance_is_smaller_and_nothing_with_shuffled_labels(string name)
    {
        var features = Features(shift: 1.5);

        var found = Run(features, name);
        var shuffled = Run(features, name, shuffled: true, repeats: 4);

        Assert.InRange(found.Auc, 0.8, 1);
        Assert.Equal(found.Auc, new MembershipScores(found.Ranks, s_members).Auc, 0.06);
        Assert.InRange(shuffled.Auc, 0.35, 0.65);
        Assert.Equal(20, shuffled.FoldAucs.Count);
    }

    [Fact]
    public void Images_that_are_held_out_do_not_influence_what_is_learned()
    {
        var spy = new Spy();
        _ = new MembershipCrossValidation(new MembershipCrossValidationOptions { Repeats = 1 }).Run(
            arange(2 * Half, dtype: ScalarType.Float64).view(-1, 1), s_members, spy, new Generator(1));

        Assert.Equal(5, spy.Calls.Count);
        Assert.All(spy.Calls, call => Assert.Empty(call.Learned.Intersect(call.Scored)));
        Assert.All(spy.Calls, call => Assert.Equal(Half / 5, call.Scored.Count(i => i < Half)));
        Assert.Equal(Enumerable.Range(0, 2 * Half).Select(i => (double)i), spy.Calls.SelectMany(call => call.Scored).Order());
    }

    [Fact]
    public void The_seed_alone_makes_the_result()
    {
        var features = Features(0.3);

        Assert.Equal(Run(features, "logistic regression").FoldAucs, Run(features, "logistic regression").FoldAucs);
    }

    [Fact]
    public void Logistic_regression_finds_the_minimum()
    {
        // At the minimum of the mean loss with a free bias, the probabilities have the mean of the labels.
        var features = Features(0.7);
        var labels = tensor(s_members.Select(yes => yes ? 1.0 : 0).ToArray(), dtype: ScalarType.Float64);

        var scores = new LogisticMembership(new LogisticMembershipOptions { Penalties = 1 }).FitAndScore(features, labels, features, new Generator(1));

        Assert.Equal(0.5, scores.sigmoid().mean().ToDouble(), 1e-6);
    }

    [Fact]
    public void A_set_of_members_is_recognised_and_sets_of_others_are_by_chance_alone()
    {
        var random = new Generator(1);
        var (features, others) = (Features(1), Features(0));
        var test = new SetMembershipTest(new LogisticMembership(new LogisticMembershipOptions { Penalties = 1 }));

        double P(Tensor x) => test.P(x.narrow(0, 0, Half), x.narrow(0, Half, Half), random);
        var chance = Enumerable.Range(0, 200).Select(_ => P(others.index_select(0, randperm(2 * Half, dtype: ScalarType.Int64, generator: random)))).ToArray();

        Assert.InRange(P(features), 0, 0.01);
        Assert.InRange(chance.Count(p => p < 0.05), 2, 20);
        Assert.InRange(chance.Average(), 0.42, 0.58);
    }

    private static Tensor Features(double shift)
    {
        var features = randn([2 * Half, 6], dtype: ScalarType.Float64, generator: new Generator(3));
        features.narrow(0, 0, Half).narrow(1, 2, 1).sub_(shift);
        return features;
    }

    private static MembershipCrossValidationResult Run(Tensor features, string name, bool shuffled = false, int repeats = 1) =>
        new MembershipCrossValidation(new MembershipCrossValidationOptions { Repeats = repeats, ShuffledLabels = shuffled }).Run(features, s_members, s_classifiers[name], new Generator(2));

    private sealed class Spy : IMembershipClassifier
    {
        internal List<(double[] Learned, double[] Scored)> Calls { get; } = [];

        public string Name => "spy";

        public Tensor FitAndScore(Tensor features, Tensor members, Tensor others, Generator random)
        {
            Calls.Add((features.flatten().data<double>().ToArray(), others.flatten().data<double>().ToArray()));
            return others.squeeze(1);
        }
    }
}
