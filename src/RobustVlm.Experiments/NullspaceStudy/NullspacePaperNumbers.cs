using System.Globalization;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Nullspaces;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>The paper's numbers for ViT-S on ImageNet, from its tables: clean and FGSM at 1/255 in percent, mCE of ImageNet-C (lower is better).</summary>
internal static class NullspacePaperNumbers
{
    private static readonly (NullspaceArm Arm, double Clean, double Fgsm, double Mce)[] s_table =
    [
        (NullspaceArm.None, 74.19, 13.79, 71.13),
        (NullspaceArm.Nullspace, 77.47, 25.95, 55.98),
        (NullspaceArm.Madry, 70.53, 39.37, 81.74),
        (NullspaceArm.Trades, 74.02, 38.85, 73.11),
    ];

    private static readonly (NullspaceArm Arm, double Epsilon, double Fgsm, double Mce)[] s_epsilons =
    [
        (NullspaceArm.Nullspace, 0.01, 26.04, 56.26), (NullspaceArm.Nullspace, 0.03, 25.95, 55.98), (NullspaceArm.Nullspace, 0.1, 25.38, 56.41),
        (NullspaceArm.RandomNoise, 0.01, 21.54, 55.13), (NullspaceArm.RandomNoise, 0.03, 23.18, 54.68), (NullspaceArm.RandomNoise, 0.1, 23.93, 54.52),
    ];

    internal static string AtEpsilon(NullspaceArm arm, double epsilon)
    {
        var (_, _, fgsm, mce) = s_epsilons.First(row => row.Arm == arm && row.Epsilon == epsilon);
        return string.Create(CultureInfo.InvariantCulture, $"{fgsm:0.0} / {mce:0.0}");
    }

    internal static ResultTable Beside(Func<NullspaceArm, string, Interval?> ours) => ResultTable
        .From(NullspacePlan.Arms.Take(6).Select(arm =>
        {
            var paper = s_table.Select(row => ((NullspaceArm Arm, double Clean, double Fgsm, double Mce)?)row).FirstOrDefault(row => row!.Value.Arm == arm);   // not null: made from values
            string Ours(string column, bool asError = false) => ours(arm, column) is { } estimate
                ? (100 * (asError ? 1 - estimate.Value : estimate.Value)).ToString("0.0", CultureInfo.InvariantCulture) : "–";
            static string Paper(double? value) => value is { } number ? number.ToString("0.0", CultureInfo.InvariantCulture) : "not given";
            return new
            {
                Arm = NullspacePlan.NameOf(arm),
                PaperClean = Paper(paper?.Clean),
                Clean = Ours(NullspaceScores.CleanColumn),
                PaperFgsm = Paper(paper?.Fgsm ?? s_epsilons.Where(row => row.Arm == arm && row.Epsilon == NullspacePlan.Epsilon).Select(row => (double?)row.Fgsm).FirstOrDefault()),
                Fgsm = Ours(NullspaceScores.Fgsm(1)),
                PaperMce = Paper(paper?.Mce ?? s_epsilons.Where(row => row.Arm == arm && row.Epsilon == NullspacePlan.Epsilon).Select(row => (double?)row.Mce).FirstOrDefault()),
                Error = Ours(NullspaceScores.CorruptionColumn, asError: true),
            };
        }))
        .Rename("PaperClean", "Clean, paper").Rename("Clean", "Clean, ours").Rename("PaperFgsm", "FGSM 1/255, paper").Rename("Fgsm", "FGSM 1/255, ours")
        .Rename("PaperMce", "mCE, paper").Rename("Error", "Error under corruptions, ours")
        .WithCaption("Paper: ViT-S/16 on ImageNet, one run. Ours: a miniature on drawn radiographs, mean of the seeds. Percent")
        .WithFootnotes("mCE is divided by AlexNet's error, ours is a plain mean: compare order and sign within a column, never values.",
            FormattableString.Invariant($"Madry and TRADES were trained with 8/255 and ten steps in the paper, with {NullspacePlan.For(Scale.Demo).Common.TrainingEpsilon}/255 and {NullspacePlan.For(Scale.Demo).Common.TrainingAttackSteps} steps here: the largest budget that cost at most 5 points of clean accuracy on the choosing seed."),
            "The paper's random noise has no clean number; its authors say that it is above nullspace noise's.");
}
