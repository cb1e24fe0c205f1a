using RobustVlm.Data.Chest;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.AttackADiagnosis;

/// <summary>What the model says about clean radiographs.</summary>
/// <param name="Result">Prediction and probabilities of each radiograph.</param>
/// <param name="UnknownWords">Words of the prompts the model has never seen.</param>
public sealed record Diagnosis(ClassifierResult Result, IReadOnlyList<string> UnknownWords)
{
    /// <summary>Share of right answers with its 95 % interval.</summary>
    public Interval Accuracy => Statistics.Wilson([.. Result.Correct]);

    /// <summary>One row per class: how often it is found, and how well its probability separates it from the rest.</summary>
    public ResultTable Table
    {
        get
        {
            var rows = Findings.All.Select(finding =>
            {
                var own = Result.Labels.Index().Where(label => label.Item == (int)finding).Select(label => Result.Correct[label.Index]).ToArray();
                return new ClassRow(finding.Name(), own.Length, Statistics.Wilson(own), Result.AurocPerClass[(int)finding]);
            });
            var table = ResultTable.From(rows).Rename("Auroc", "AUROC").AsPercent("Recognised").WithDecimals("AUROC", 3)
                .WithCaption($"Zero-shot diagnosis of {Result.Labels.Count} held-out radiographs: {Accuracy.Value:P1} right (guessing: {1.0 / Findings.All.Count:P1})");
            return UnknownWords.Count == 0 ? table : table.WithFootnotes($"Words the model has never seen: {string.Join(", ", UnknownWords)}.");
        }
    }

    private sealed record ClassRow(string Class, int Radiographs, Interval Recognised, double Auroc);
}
