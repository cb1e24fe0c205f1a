using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.MeLoStudy;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests.MeLoStudy;

public sealed class TargetTaskTests
{
    private const int Size = 16;

    private static readonly TaskSizes s_sizes = new(36, 24, 40);

    public static TheoryData<string> Names => [.. TargetTask.All.Select(task => task.Name)];

    [Theory, MemberData(nameof(Names))]
    public void No_patient_is_in_two_parts(string name)
    {
        using var data = Create(name, 1);

        var parts = new[] { data.Train, data.Validation, data.Test }.Select(part => Numbers(part.Patients).ToHashSet()).ToArray();

        Assert.Empty(parts[0].Intersect(parts[1]));
        Assert.Empty(parts[0].Intersect(parts[2]));
        Assert.Empty(parts[1].Intersect(parts[2]));
        Assert.Equal(s_sizes, new TaskSizes(data.Train.Count, data.Validation.Count, data.Test.Count));
    }

    [Theory, MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_pictures_and_another_one_others(string name)
    {
        using var one = Create(name, 1);
        using var again = Create(name, 1);
        using var other = Create(name, 2);

        foreach (var part in new Func<TaskData, TaskPart>[] { data => data.Train, data => data.Validation, data => data.Test })
        {
            Assert.Equal(0, (part(one).Images - part(again).Images).abs().max().item<float>());
            Assert.Equal(0, (part(one).Labels - part(again).Labels).abs().to(ScalarType.Float32).max().item<float>());
            Assert.NotEqual(0, (part(one).Images - part(other).Images).abs().max().item<float>());
        }

        Assert.Equal([36L, 3L, Size, Size], one.Train.Images.shape);
    }

    [Theory, MemberData(nameof(Names))]
    public void Labels_fit_the_task(string name)
    {
        using var data = Create(name, 3);
        var task = TargetTask.Find(name);

        foreach (var part in new[] { data.Train, data.Validation, data.Test })
        {
            Assert.Equal(task.HasSeveralLabels ? [part.Count, task.Classes.Count] : [(long)part.Count], part.Labels.shape);
            Assert.InRange(part.Labels.max().to(ScalarType.Int64).item<long>(), 0, task.Classes.Count - 1);
            Assert.InRange(part.Images.min().item<float>(), 0, 1);
            Assert.InRange(part.Images.max().item<float>(), 0, 1);
        }
    }

    [Fact]
    public void Tuberculosis_and_blood_cells_are_balanced_in_every_part()
    {
        using var chest = Create("tuberculosis", 1);
        using var blood = Create("blood cells", 1);

        Assert.Equal([18, 18], Counts(chest.Train));
        Assert.Equal([20, 20], Counts(chest.Test));
        Assert.Equal([9, 9, 9, 9], Counts(blood.Train));
        Assert.Equal([6, 6, 6, 6], Counts(blood.Validation));
    }

    [Fact]
    public void Findings_are_as_rare_as_in_the_real_set()
    {
        using var data = TargetTask.Find("chest findings").Create(Lab.Open(Scale.Smoke, 1), new TaskSizes(2000, 4, 4), Size);

        float[] shares = [.. data.Train.Labels.mean([0]).data<float>()];

        Assert.Equal(14, shares.Length);
        Assert.All(shares, share => Assert.InRange(share, 0.01, 0.21));
        Assert.InRange(shares[3], 0.14, 0.21);   // infiltration, the most frequent
    }

    [Fact]
    public void Mammograms_are_five_folds_of_one_set_and_each_seed_tests_on_another_one()
    {
        var sizes = new TaskSizes(246, 90, 100);
        var tests = Enumerable.Range(1, 5).Select(seed =>
        {
            using var data = TargetTask.Find("mammograms").Create(Lab.Open(Scale.Smoke, (ulong)seed), sizes, Size);
            Assert.Equal(82, data.Fold);
            Assert.InRange(Counts(data.Train)[1], 42, 43);
            return (Test: Numbers(data.Test.Slice(0, data.Fold).Patients).ToHashSet(), Train: Numbers(data.Train.Patients).ToHashSet(),
                Validation: Numbers(data.Validation.Slice(0, data.Fold).Patients).ToHashSet());
        }).ToArray();

        Assert.Equal(205, tests.SelectMany(seed => seed.Test).Distinct().Count());
        Assert.All(tests, seed => Assert.Equal(205, seed.Test.Union(seed.Train).Union(seed.Validation).Count()));
        Assert.True(tests[0].Validation.SetEquals(tests[1].Test));
    }

    [Fact]
    public void Sizes_that_would_divide_a_patient_are_refused()
    {
        Assert.Contains("divide the pictures of a patient", Assert.Throws<ArgumentException>(() => Create("blood cells", 1, new TaskSizes(10, 8, 8))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Create("mammograms", 1, new TaskSizes(35, 24, 24)));
        Assert.Contains("chest findings", Assert.Throws<ArgumentException>(() => TargetTask.Find("knees")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_backbone_was_trained_on_none_of_the_target_worlds()
    {
        var card = ShippedCheckpoints.Card(Lab.Open(Scale.Smoke, 1), ShippedCheckpoints.MiniVitName);

        var worlds = card.Settings["pool"]!["shares"]!.AsObject().Select(share => share.Key);

        Assert.Equal(["objects"], worlds);
    }

    private static TaskData Create(string name, ulong seed, TaskSizes? sizes = null) => TargetTask.Find(name).Create(Lab.Open(Scale.Smoke, seed), sizes ?? s_sizes, Size);

    private static long[] Numbers(Tensor tensor) => [.. tensor.data<long>()];

    private static int[] Counts(TaskPart part) => [.. Numbers(part.Labels).GroupBy(label => label).OrderBy(group => group.Key).Select(group => group.Count())];
}
