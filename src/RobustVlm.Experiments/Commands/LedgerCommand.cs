using System.CommandLine;
using RobustVlm.Experiments.Criteria;

namespace RobustVlm.Experiments.Commands;

/// <summary>Writes the ledger of published runs.</summary>
internal static class LedgerCommand
{
    internal static Command Create(IReadOnlyList<ICriterion> criteria, Func<Scale, Lab> open)
    {
        var command = new Command("ledger", $"Writes {Ledger.File}: every claim, and what the published runs say about it.");
        command.SetAction(_ =>
        {
            var lab = open(Scale.Demo);
            var ledger = Ledger.Of(lab.Store.Published, criteria);
            var path = Path.Combine(lab.Root, Ledger.File);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, ledger.ToMarkdown());
            Console.WriteLine(ledger);
            Console.WriteLine($"Written to {Ledger.File}.");
        });
        return command;
    }
}
