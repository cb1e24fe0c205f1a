using RobustVlm.Attacks;
using RobustVlm.Evaluation;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Evaluation;

public sealed class ZeroShotReportTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Every_set_is_scored_and_attacked_in_its_own_size_and_means_leave_out_what_is_named()
    {
        var model = TinyClip.Create(seed: 1);
        ZeroShotSet[] sets = [Set("own", 12, 16, 3), Set("small", 10, 11, 4), Set("two", 8, 16, 2)];
        var (low, high) = (PixelBudget.Of255(1), PixelBudget.Of255(60));

        var report = ZeroShotReport.Run(model, sets, [new Pgd(new PgdOptions { Steps = 5 })], [low, high]);

        Assert.Equal(["own", "small", "two"], report.Sets.Select(set => set.Name));
        Assert.Equal([1.0 / 3, 0.25, 0.5], report.Sets.Select(set => set.Chance));
        Assert.All(report.Sets, set => Assert.True(set.Robust(high) <= set.Robust(low) && set.Robust(low) <= set.Clean));
        Assert.All(report.Sets, set => Assert.InRange(set.LargestAnswer, set.Chance, 1));
        Assert.Equal(report.Sets.Average(set => set.Clean), report.MeanClean(), 9);
        Assert.Equal((report.Of("small").Robust(low) + report.Of("two").Robust(low)) / 2, report.MeanRobust(low, "own"), 9);
        Assert.Contains("small: clean", report.ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => report.MeanClean("none"));
        Assert.Throws<ArgumentException>(() => report.MeanClean("own", "small", "two"));
    }

    [Fact]
    public void The_same_run_gives_the_same_numbers_and_stores_its_state_by_set()
    {
        var model = TinyClip.Create(seed: 1);
        ZeroShotSet[] sets = [Set("own", 12, 16, 3), Set("small", 10, 11, 4)];
        var folder = Directory.CreateTempSubdirectory("robustvlm-zero-shot-");
        var options = new RobustnessReportOptions { CheckedImages = 0, StateFile = Path.Combine(folder.FullName, "state.json") };

        var first = ZeroShotReport.Run(model, sets, [new Pgd(new PgdOptions { Steps = 5 })], [PixelBudget.Of255(8)], options: options);
        var second = ZeroShotReport.Run(model, sets, [new Pgd(new PgdOptions { Steps = 5 })], [PixelBudget.Of255(8)], options: options);

        Assert.Equal(first.ToString(), second.ToString());
        Assert.Equal(["state.json.own", "state.json.small"], folder.GetFiles().Select(file => file.Name).Order());
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Sets_of_one_name_are_refused() => Assert.Throws<ArgumentException>(() => ZeroShotReport.Run(
        TinyClip.Create(seed: 1), [Set("own", 4, 16, 2), Set("own", 4, 16, 2)], [new Pgd()], [PixelBudget.Of255(1)]));

    private static ZeroShotSet Set(string name, int count, int size, int classes)
    {
        var (_, tokens) = TinyClip.Pairs(seed: 3, count: classes);
        return new ZeroShotSet(
            name, rand([count, 1, size, size], generator: new Generator(7)), arange(count, dtype: ScalarType.Int64).remainder(classes),
            [.. Enumerable.Range(0, classes).Select(i => tokens.narrow(0, i, 1))]);
    }
}
