using System.Globalization;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Nullspaces;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>A model and how it was fine-tuned; no result where it was not.</summary>
internal sealed record NullspaceLiveFit(NullspaceArm Arm, NullspaceTuningResult? Result, IReadOnlyList<Measurement> Scores)
{
    internal string Name => NullspacePlan.NameOf(Arm);

    internal double? Score(string column) => Scores.FirstOrDefault(number => number.Row == NullspaceScores.Row && number.Column == column)?.Value;
}

/// <summary>A short fine-tuning in front of the reader.</summary>
public sealed class NullspaceLiveTuning
{
    private readonly IReadOnlyList<NullspaceLiveFit> _fits;

    internal NullspaceLiveTuning(IReadOnlyList<NullspaceLiveFit> fits) => _fits = fits;

    /// <summary>Accuracy before and after.</summary>
    public ResultTable Table => ResultTable
        .From(_fits.Select(fit => new
        {
            Arm = fit.Name,
            Clean = fit.Score(NullspaceScores.CleanColumn),
            Fgsm = fit.Score(NullspaceScores.Fgsm(1)),
            Sites = fit.Score(NullspaceScores.SitesColumn),
            Round = fit.Result is { } result ? string.Create(CultureInfo.InvariantCulture, $"{result.BestRound + 1} of {result.Scores.Count}") : "–",
        }))
        .AsPercent("Clean", "Fgsm", "Sites").Rename("Fgsm", "FGSM, 1/255").Rename("Sites", "Other sites").Rename("Round", "Round that was kept")
        .WithCaption("One seed, a few rounds: to watch, not to conclude from");

    /// <summary>The noise of every round: how the search for it went, and what it does to pictures that the search has not seen.</summary>
    public ResultTable Noises => ResultTable
        .From(_fits.SelectMany(fit => (fit.Result?.Rounds ?? []).Select((round, i) => new
        {
            Round = i + 1,
            Start = round.StartNorm,
            round.Norm,
            round.Steps,
            Stopped = round.Reached ? "below epsilon" : "at the last step",
            Distance = round.ProbabilityDistance,
            Kept = round.Agreement,
        })))
        .AsPercent("Kept").WithDecimals("Start", 1).WithDecimals("Norm", 1).WithDecimals("Distance", 3)
        .Rename("Start", "Length at the start").Rename("Norm", "Length at the end").Rename("Distance", "Squared distance of the probabilities").Rename("Kept", "Answers that stay")
        .WithCaption(string.Create(CultureInfo.InvariantCulture, $"The noises of these rounds; the search stops below {NullspacePlan.Epsilon} on one batch"));

    /// <summary>Both halves of the loss over the steps.</summary>
    public LineChart PlotLosses() => new()
    {
        Title = "The two halves of the loss",
        XTitle = "training step",
        YTitle = "cross-entropy (nats), moving average",
        Series = [.. _fits.Where(fit => fit.Result is not null).SelectMany(fit => new[] { Curve(fit, "clean", "clean", dashed: true), Curve(fit, "second", fit.Arm == NullspaceArm.Control ? "clean again" : "with noise", dashed: false) })],
        Height = 380,
    };

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <inheritdoc/>
    public override string ToString() => Table.ToString() ?? "";

    private static LineSeries Curve(NullspaceLiveFit fit, string term, string words, bool dashed) =>
        new LossCurve { Losses = fit.Result!.Terms[term] }.ToLineChart().Series[^1] with { Name = $"{fit.Name}: {words}", Color = Palette.Of(fit.Name), Dashed = dashed };   // not null: filtered
}
