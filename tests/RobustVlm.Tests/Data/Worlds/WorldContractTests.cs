using RobustVlm.Data.Worlds;
using RobustVlm.Engine;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

/// <summary>What every world of the catalogue promises about its pictures.</summary>
public sealed class WorldContractTests
{
    public static TheoryData<string> Names => [.. WorldCatalog.All.Select(world => world.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Same_seed_gives_the_same_pictures_and_captions_and_another_seed_others(string name)
    {
        var world = WorldCatalog.Find(name);
        using var first = world.Render(40, 32, new Generator(1));
        using var second = world.Render(40, 32, new Generator(1));
        using var other = world.Render(40, 32, new Generator(2));

        Assert.True(first.Images.Equals(second.Images));
        Assert.True(first.Labels.Equals(second.Labels));
        Assert.Equal(first.Captions, second.Captions);
        Assert.False(first.Images.Equals(other.Images));
        Assert.NotEqual(first.Captions, other.Captions);
    }

    [Theory, MemberData(nameof(Names))]
    public void Pictures_have_the_documented_form_at_every_size(string name)
    {
        using var scope = NewDisposeScope();
        var world = WorldCatalog.Find(name);
        foreach (var (size, count) in new[] { (16, world.Classes.Count), (33, world.Classes.Count), (224, 2) })
        {
            using var labels = arange(count, dtype: ScalarType.Int64);
            using var batch = world.Render(labels, size, new Generator(3));

            Assert.Equal(count, batch.Count);
            Assert.Equal([count, world.Channels, size, size], batch.Images.shape);
            Assert.Equal(ScalarType.Float32, batch.Images.dtype);
            Assert.True(batch.Images.isfinite().all().ToBoolean());
            Assert.InRange(batch.Images.min().ToDouble(), 0, 0.6);
            Assert.InRange(batch.Images.max().ToDouble(), 0.4, 1);
            Assert.All(batch.Images.flatten(1).std(1).data<float>().ToArray(), contrast => Assert.True(contrast > 0.01, $"An empty picture at {size} pixels."));
            Assert.True(batch.Labels.Equals(labels));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Each_picture_shows_the_class_that_was_asked_for(string name)
    {
        using var scope = NewDisposeScope();
        var world = WorldCatalog.Find(name);
        var classes = world.Classes.Count;
        var count = Math.Max(2 * classes, 24);
        var mixed = arange(count, dtype: ScalarType.Int64).mul_(5).remainder_(classes);
        using var asked = world.Render(mixed, 48, new Generator(4));

        // The same seed draws the same place, colours and light for every class, so the picture of the right class is nearest.
        var distances = Enumerable.Range(0, classes).Select(k =>
        {
            using var all = world.Render(full(count, (long)k, dtype: ScalarType.Int64), 48, new Generator(4));
            return (all.Images - asked.Images).square().mean([1, 2, 3]);
        });
        var nearest = stack(distances, 1).argmin(1);

        var share = nearest.eq(mixed).to(ScalarType.Float32).mean().ToDouble();
        var chance = 1.0 / classes;
        Assert.True(share > chance + 0.75 * (1 - chance), $"Only {share:P0} of the pictures are nearest to those of their class.");
    }

    [Theory, MemberData(nameof(Names))]
    public void No_two_classes_are_drawn_alike(string name)
    {
        using var scope = NewDisposeScope();
        var world = WorldCatalog.Find(name);

        // All but the class is the same, noise too.
        var pictures = Enumerable.Range(0, world.Classes.Count).Select(k =>
        {
            using var batch = world.Render(full(4, (long)k, dtype: ScalarType.Int64), 48, new Generator(10));
            return batch.Images.flatten().clone();
        }).ToArray();

        for (var k = 1; k < pictures.Length; k++)
        {
            for (var other = 0; other < k; other++)
            {
                var difference = (pictures[k] - pictures[other]).abs().mean().ToDouble();
                Assert.True(difference > 1e-3, $"{world.Classes[k]} and {world.Classes[other]} differ by {difference}.");
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Random_classes_are_all_drawn(string name)
    {
        var world = WorldCatalog.Find(name);

        using var batch = world.Render(12 * world.Classes.Count, 16, new Generator(5));
        using var counts = batch.Labels.bincount(null, world.Classes.Count);

        Assert.Equal(world.Classes.Count, counts.shape[0]);
        Assert.InRange(counts.min().ToInt64(), 1, 12);
    }

    [Theory, MemberData(nameof(Names))]
    public void Rendering_leaves_no_tensor_behind_but_those_of_the_batch(string name)
    {
        var world = WorldCatalog.Find(name);
        using var random = new Generator(6);
        world.Render(30, 16, random).Dispose();
        var before = TensorCount.Now();

        var batch = world.Render(30, 16, random);
        var held = new[] { batch.Images, batch.Labels, batch.Masks, batch.Findings, batch.Patients }.Count(tensor => tensor is not null);
        var during = TensorCount.Now();
        batch.Dispose();

        Assert.Equal(before + held, during);
        Assert.Equal(before, TensorCount.Now());
    }

    [Theory, MemberData(nameof(Names))]
    public void Progress_rises_to_one(string name)
    {
        var shares = new List<double>();

        using var batch = WorldCatalog.Find(name).Render(60, 48, new Generator(7), progress: shares.Add);

        Assert.True(shares.Count > 1);
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1], 9);
    }

    [Theory, MemberData(nameof(Names))]
    public void Stops_when_interrupted_and_frees_what_was_drawn(string name)
    {
        var world = WorldCatalog.Find(name);
        using var random = new Generator(8);
        world.Render(60, 48, random).Dispose();
        var before = TensorCount.Now();
        try
        {
            Assert.Throws<OperationCanceledException>(() => world.Render(60, 48, random, progress: _ => Interruption.Request()));
        }
        finally
        {
            Interruption.Clear();
        }

        Assert.Equal(before, TensorCount.Now());
    }

    [Theory, MemberData(nameof(Names))]
    public void Wrong_sizes_and_labels_are_refused_in_a_sentence(string name)
    {
        using var scope = NewDisposeScope();
        var world = WorldCatalog.Find(name);
        var random = new Generator(9);
        var last = world.Classes.Count - 1;

        void Refused(string sentence, Tensor labels, int size) =>
            Assert.StartsWith(sentence, Assert.ThrowsAny<ArgumentException>(() => world.Render(labels, size, random)).Message, StringComparison.Ordinal);

        var fine = zeros(2, ScalarType.Int64);
        Refused("Pictures are drawn with 16 to 512 pixels a side.", fine, 15);
        Refused("Pictures are drawn with 16 to 512 pixels a side.", fine, 513);
        Refused("Give labels as a long tensor [N] with at least one element.", zeros(2), 32);
        Refused("Give labels as a long tensor [N] with at least one element.", zeros([2, 1], ScalarType.Int64), 32);
        Refused("Give labels as a long tensor [N] with at least one element.", zeros(0, ScalarType.Int64), 32);
        Refused($"Labels are class indices from 0 to {last}.", fine + (last + 1), 32);
        Refused($"Labels are class indices from 0 to {last}.", fine - 1, 32);
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Render(0, 32, random));
        Assert.Throws<ArgumentNullException>(() => world.Render(fine, 32, null!));   // what a caller without nullable checks could pass
    }
}
