using System.CommandLine;
using RobustVlm.Experiments.Checkpoints;

namespace RobustVlm.Experiments.Commands;

/// <summary>Makes a shipped checkpoint again.</summary>
internal static class TrainCommand
{
    internal static Command Create()
    {
        var names = CheckpointRecipes.All.Select(recipe => recipe.Name).Prepend(WorldVocabulary.Name).ToArray();
        var name = new Argument<string>("name") { Description = $"One of {string.Join(", ", names)}." };
        name.AcceptOnlyFromAmong(names);
        var command = new Command("train", "Makes a shipped checkpoint again; interrupted, it goes on where it stopped.") { name };
        command.SetAction(parsed => Train(parsed.GetValue(name)!));
        return command;
    }

    private static void Train(string name)
    {
        var lab = Lab.Open();
        Console.WriteLine(lab);
        var folder = ShippedCheckpoints.FolderOf(lab, name);
        if (name == WorldVocabulary.Name)
        {
            if (Directory.Exists(folder))
            {
                throw new IOException($"{folder} exists, and models were trained with it; move it away if you want to make it again.");
            }

            var vocabulary = WorldVocabulary.Learn(lab);
            Directory.CreateDirectory(folder);
            vocabulary.Write(folder);
            Console.WriteLine($"{vocabulary.Indices.Count} tokens in {folder}");
            return;
        }

        var card = CheckpointMaking.Make(lab, CheckpointRecipes.All.Single(recipe => recipe.Name == name), folder);
        Console.WriteLine(card.Table);
        Console.WriteLine($"The weights, the curve and the card are in {folder}.");
    }
}
