using RobustVlm.Data.Worlds;
using Xunit;

namespace RobustVlm.Tests.Data.Worlds;

/// <summary>The worlds among each other, and the words that belong to their classes.</summary>
public sealed class WorldCatalogTests
{
    public static TheoryData<string> Names => [.. WorldCatalog.All.Select(world => world.Name)];

    [Fact]
    public void Every_world_is_found_by_its_own_name()
    {
        Assert.All(WorldCatalog.All, world => Assert.Same(world, WorldCatalog.Find(world.Name)));
        Assert.All(WorldCatalog.All, world => Assert.Matches("^[a-z][a-z0-9-]*$", world.Name));
        Assert.Equal(WorldCatalog.All.Count, WorldCatalog.All.Select(world => world.Title).Distinct().Count());
        Assert.All(WorldCatalog.ZeroShot, world => Assert.Contains(world, WorldCatalog.All));
    }

    [Fact]
    public void The_set_to_learn_from_is_in_the_catalogue_but_not_for_zero_shot()
    {
        Assert.Contains(WorldCatalog.Source, WorldCatalog.All);
        Assert.DoesNotContain(WorldCatalog.Source, WorldCatalog.ZeroShot);
        Assert.Equal(24, WorldCatalog.Source.Classes.Count);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        var message = Assert.Throws<ArgumentException>(() => WorldCatalog.Find("unicorns")).Message;

        Assert.StartsWith("There is no world 'unicorns'; choose one of ", message, StringComparison.Ordinal);
        Assert.All(WorldCatalog.All, world => Assert.Contains(world.Name, message, StringComparison.Ordinal));
    }

    [Fact]
    public void No_two_classes_of_all_worlds_share_a_prompt()
    {
        var prompts = WorldCatalog.All.SelectMany(world => world.Prompts).SelectMany(prompts => prompts).ToArray();

        Assert.Empty(prompts.GroupBy(prompt => prompt, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void No_two_classes_of_all_families_share_a_phrase()
    {
        var phrases = WorldCatalog.All.OfType<ClassFamily>().SelectMany(family => family.Members).SelectMany(member => member.Phrases).ToArray();

        Assert.Empty(phrases.GroupBy(phrase => phrase, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_class_has_a_name_of_its_own_and_as_many_prompts_as_the_others(string name)
    {
        var world = WorldCatalog.Find(name);

        Assert.True(world.Classes.Count >= 2);
        Assert.Equal(world.Classes.Count, world.Classes.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(world.Classes.Count, world.Prompts.Count);
        Assert.Single(world.Prompts.Select(prompts => prompts.Count).Distinct());
        Assert.All(world.Prompts.SelectMany(prompts => prompts), AssertPlainEnglish);
        Assert.Contains(world.Classes[^1], world.ToString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public void Captions_are_plain_sentences_that_vary(string name)
    {
        using var batch = WorldCatalog.Find(name).Render(200, 16, new TorchSharp.torch.Generator(1));

        Assert.Equal(200, batch.Captions.Count);
        Assert.All(batch.Captions, AssertPlainEnglish);
        Assert.True(batch.Captions.Distinct().Count() >= Math.Min(20, 6 * WorldCatalog.Find(name).Classes.Count));
    }

    [Theory, MemberData(nameof(Names))]
    public void Captions_of_a_family_name_the_class_in_one_of_its_phrases(string name)
    {
        if (WorldCatalog.Find(name) is not ClassFamily family)
        {
            return;
        }

        using var batch = family.Render(200, 16, new TorchSharp.torch.Generator(2));

        var labels = batch.Labels.data<long>().ToArray();
        Assert.All(labels.Zip(batch.Captions), pair =>
        {
            var phrases = family.Members[(int)pair.First].Phrases;
            Assert.True(Array.Exists(phrases, phrase => Says(pair.Second, phrase)), $"\"{pair.Second}\" says none of: {string.Join("; ", phrases)}.");
        });
    }

    // Everything but the colour; the article before it follows the colour.
    private static bool Says(string caption, string phrase)
    {
        var parts = phrase.Split("{colour} ");
        return Array.TrueForAll(parts, part => part is "a " or "an " || caption.Contains(part, StringComparison.OrdinalIgnoreCase));
    }

    private static void AssertPlainEnglish(string sentence)
    {
        Assert.Matches("^[A-Za-z0-9].*\\.$", sentence);
        Assert.DoesNotContain("  ", sentence, StringComparison.Ordinal);
        Assert.DoesNotMatch("[{}_]", sentence);
        Assert.DoesNotMatch("\\b[Aa] (?!on |in |at )[aeio][a-z]", sentence);
        Assert.DoesNotMatch("\\b[Aa]n [bcdfgjklmnpqrstvwxyz][a-z]", sentence);
    }
}
