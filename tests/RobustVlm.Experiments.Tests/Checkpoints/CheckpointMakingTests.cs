using RobustVlm.Engine;
using RobustVlm.Experiments.Checkpoints;
using Xunit;

namespace RobustVlm.Experiments.Tests.Checkpoints;

/// <summary>The recipes of the shipped checkpoints, cut down to seconds.</summary>
public sealed class CheckpointMakingTests : IClassFixture<CheckpointMakingTests.Workplace>
{
    private readonly Workplace _workplace;

    public CheckpointMakingTests(Workplace workplace) => _workplace = workplace;

    public static TheoryData<string> Names => [.. CheckpointRecipes.Smoke.Select(recipe => recipe.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_recipe_leaves_weights_a_curve_and_a_card(string name)
    {
        var recipe = CheckpointRecipes.Smoke.Single(recipe => recipe.Name == name);
        var folder = ShippedCheckpoints.FolderOf(_workplace.Lab, name);

        var card = CheckpointMaking.Make(_workplace.Lab, recipe, folder);

        Assert.Equal(["README.md", "card.json", "curve.png", "model.safetensors"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var stored = CheckpointCard.Read(folder);
        Assert.Equal(card.Scores, stored.Scores);
        Assert.Equal($"./notebooks/train {name}", stored.Command);
        Assert.Equal(7UL, stored.Environment.Seed);
        Assert.All(card.Scores, score => Assert.InRange(score.Value, -5, 1));
        Assert.InRange(new FileInfo(ShippedCheckpoints.PathOf(_workplace.Lab, name)).Length, card.Weights * 2, card.Weights * 2.2 + 20_000);
        Assert.Contains(recipe.Summary, File.ReadAllText(Path.Combine(folder, "README.md")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(_workplace.Lab.WorkFolder("checkpoints"), name)));
    }

    [Theory, InlineData("mini-autoencoder-v1"), InlineData("mini-diffusion-v1")]
    public void An_interrupted_recipe_goes_on_and_ends_the_same(string name)
    {
        var recipe = CheckpointRecipes.Smoke.Single(recipe => recipe.Name == name);
        var (whole, parts) = (Path.Combine(_workplace.Folder, "whole", name), Path.Combine(_workplace.Folder, "parts", name));
        CheckpointMaking.Make(_workplace.Lab, recipe, whole);

        Interruption.Request();
        Assert.Throws<OperationCanceledException>(() => CheckpointMaking.Make(_workplace.Lab, recipe, parts));
        Interruption.Clear();
        CheckpointMaking.Make(_workplace.Lab, recipe, parts);

        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "model.safetensors")), File.ReadAllBytes(Path.Combine(parts, "model.safetensors")));
    }

    [Fact]
    public void The_vocabulary_knows_every_word_of_the_prompts_as_one_token()
    {
        var tokenizer = ShippedCheckpoints.Tokenizer(_workplace.Lab, 64);

        foreach (var prompt in Data.Worlds.WorldCatalog.All.SelectMany(world => world.Prompts).SelectMany(prompts => prompts))
        {
            var words = prompt.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(tokenizer.Encode(prompt).Count <= 2 + words.Length * 2 + 2, prompt);   // a word, and at most one mark behind it
        }
    }

    [Fact]
    public void Missing_weights_are_named_with_the_command_that_makes_them()
    {
        var lab = Lab.At(Path.Combine(_workplace.Folder, "empty"), Scale.Smoke, 7);

        var error = Assert.Throws<FileNotFoundException>(() => ShippedCheckpoints.MiniClip(lab));

        Assert.Contains("./notebooks/train mini-clip-v2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_recipes_for_tests_are_those_that_are_shipped() =>
        Assert.Equal(ShippedCheckpoints.Names, CheckpointRecipes.Smoke.Select(recipe => recipe.Name));

    /// <summary>A folder with a vocabulary, in which all recipes of this class work.</summary>
    public sealed class Workplace : IDisposable
    {
        public Workplace()
        {
            Folder = Directory.CreateTempSubdirectory("checkpoints").FullName;
            Lab = Lab.At(Folder, Scale.Smoke, 7);
            var folder = ShippedCheckpoints.FolderOf(Lab, WorldVocabulary.Name);
            Directory.CreateDirectory(folder);
            WorldVocabulary.Learn(Lab).Write(folder);
        }

        internal string Folder { get; }

        internal Lab Lab { get; }

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
