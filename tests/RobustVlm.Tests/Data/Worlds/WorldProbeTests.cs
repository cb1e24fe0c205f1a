using RobustVlm.Data.Worlds;
using RobustVlm.Models;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

/// <summary>Class families must not be told apart by the colour or brightness of single pixels.</summary>
public sealed class WorldProbeTests(ITestOutputHelper output)
{
    private const double Limit = 0.6;

    public static TheoryData<string> Families => [.. WorldCatalog.All.OfType<ClassFamily>().Select(family => family.Name)];

    [Theory, MemberData(nameof(Families)), Trait("Category", "Slow")]
    public void A_linear_probe_on_pixels_stays_under_sixty_percent(string name)
    {
        var accuracy = ProbeAccuracy(name, train: 2000, test: 1000, images => images.flatten(1));

        Assert.True(accuracy < Limit, $"{name}: {accuracy:P1}.");
    }

    [Theory, MemberData(nameof(Families))]
    public void A_linear_probe_on_a_coarse_view_stays_under_sixty_percent(string name)
    {
        var accuracy = ProbeAccuracy(name, train: 400, test: 200, images => nn.functional.avg_pool2d(images, 4).flatten(1));

        Assert.True(accuracy < Limit, $"{name}: {accuracy:P1}.");
    }

    private double ProbeAccuracy(string name, int train, int test, Func<Tensor, Tensor> view)
    {
        using var scope = NewDisposeScope();
        var world = WorldCatalog.Find(name);
        using var seen = world.Render(train, 48, new Generator(1));
        using var fresh = world.Render(test, 48, new Generator(2));
        var options = new LinearProbeOptions { Regularisation = 0.3, Iterations = 60, BatchSize = 500 };
        using var probe = LinearProbe.Fit(view, seen.Images, seen.Labels, world.Classes.Count, options);
        var accuracy = probe.Logits(fresh.Images).argmax(1).eq(fresh.Labels).to(ScalarType.Float32).mean().ToDouble();
        output.WriteLine($"{name}: {accuracy:P1} of {world.Classes.Count} classes, {train} pictures to learn from");
        return accuracy;
    }
}
