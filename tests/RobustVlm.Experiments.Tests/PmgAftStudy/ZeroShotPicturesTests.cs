using RobustVlm.Data.Worlds;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.PmgAftStudy;
using Xunit;

namespace RobustVlm.Experiments.Tests.PmgAftStudy;

public sealed class ZeroShotPicturesTests
{
    private static readonly char[] s_between = [' ', '.', ':', ',', '\''];

    // Words that say how a thing looks or how sentences are built, and name no class by themselves.
    private static readonly string[] s_common = ["a", "an", "the", "of", "with", "in", "is", "there", "pair", "picture", "image", "drawing", "photo"];

    [Fact]
    public void There_are_fifteen_zero_shot_sets_one_of_another_size_and_one_of_two_classes()
    {
        Assert.Equal(15, ZeroShotPictures.ZeroShot.Select(world => world.Name).Distinct().Count());
        Assert.Equal(["digits"], ZeroShotPictures.ZeroShot.Where(world => world.NativeSize is not null).Select(world => world.Name));
        Assert.Equal(["histology"], ZeroShotPictures.ZeroShot.Where(world => world.Classes.Count == 2).Select(world => world.Name));
        Assert.DoesNotContain(ZeroShotPictures.Source, ZeroShotPictures.ZeroShot);
    }

    [Fact]
    public void No_class_of_a_zero_shot_set_is_named_in_the_source_set()
    {
        var source = Words(ZeroShotPictures.Source).ToHashSet(StringComparer.OrdinalIgnoreCase);

        Assert.Contains("umbrella", source);
        Assert.All(ZeroShotPictures.ZeroShot, world => Assert.All(Words(world), word => Assert.DoesNotContain(word, source)));
        Assert.All(ZeroShotPictures.ZeroShot, world => Assert.Empty(world.Prompts.SelectMany(prompts => prompts).Intersect(ZeroShotPictures.Source.Prompts.SelectMany(prompts => prompts))));
    }

    [Fact]
    public void Pictures_to_learn_from_are_not_those_to_score_on_and_sizes_are_those_of_the_attack()
    {
        using var one = Draw(1);
        using var again = Draw(1);
        using var other = Draw(2);

        Assert.Equal("objects", one.Sets[0].Name);
        Assert.Equal(16, one.Sets.Count);
        Assert.Equal([24L, 24L], one.Sets.Single(set => set.Name == "digits").Images.shape[2..]);
        Assert.All(one.Sets.Where(set => set.Name != "digits"), set => Assert.Equal([48L, 48L], set.Images.shape[2..]));
        Assert.Equal(0, (one.Images - again.Images).abs().max().item<float>());
        Assert.NotEqual(0, (one.Images - other.Images).abs().max().item<float>());
        Assert.NotEqual(0, (one.Images.narrow(0, 0, 6) - one.Sets[0].Images).abs().max().item<float>());
        Assert.Equal([0, 1, 2, 3, 4, 5], one.Sets[0].Labels.data<long>().ToArray());
    }

    private static IEnumerable<string> Words(IWorld world) =>
        world.Classes.Concat(world.Prompts.Select(prompts => prompts[0])).SelectMany(text => text.Split(s_between, StringSplitOptions.RemoveEmptyEntries)).Except(s_common, StringComparer.OrdinalIgnoreCase);

    private static ZeroShotPictures Draw(ulong seed)
    {
        var lab = Lab.Open(Scale.Smoke, seed);
        return ZeroShotPictures.Draw(lab, 24, 6, 48, ShippedCheckpoints.Tokenizer(lab, 40));
    }
}
