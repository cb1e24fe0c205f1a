using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.FrozenBackbones;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>What texts do to images in an Adaptor over one token each, which cannot attend, and over token sequences, which do.</summary>
/// <param name="Table">Both kinds: what swapping the texts changes, which weights get a gradient, what is learned.</param>
/// <param name="Losses">Training loss of both.</param>
public sealed record AdaptorAttentionView(ResultTable Table, LineChart Losses)
{
    private const string Mixing = "in_proj_weight";

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <inheritdoc/>
    public override string ToString() => Table.ToString();

    internal static AdaptorAttentionView Of(IReadOnlyList<(AdaptorAttention Attention, AdaptorTokensFit Fit)> fits)
    {
        var table = ResultTable.From(fits.Select(entry =>
        {
            var (shared, values) = Gradients(entry.Fit);
            return new
            {
                Tokens = AdaptorTokens.RowOf(entry.Attention),
                Swapped = Swapped(entry.Fit),
                Shared = shared,
                Values = values,
                Loss = entry.Fit.LastLoss,
                entry.Fit.Right,
                entry.Fit.Wrong,
            };
        }))
        .AsPercent("Right", "Wrong").WithDecimals("Loss", 3)
        .Rename("Swapped", "Swapping the texts changes image outputs by").Rename("Shared", "Gradient of queries and keys").Rename("Values", "Gradient of values")
        .Rename("Loss", "Training loss / ln B").Rename("Right", "Finds its own text").Rename("Wrong", "Finds a wrong partner's text")
        .WithCaption("One token each, as published, and token sequences, trained on the same pairs just now")
        .WithFootnotes("Changes: the largest of any output number. Gradients: length, of the contrastive loss on pairs that were not trained on. A wrong partner is the text of the next image, given to the module as if it belonged.");
        var losses = new LineChart
        {
            Title = "Contrastive loss in training: what attends can pass notes",
            XTitle = "training step",
            YTitle = "loss / ln B (1 = guessing)",
            Series = [.. fits.Select(entry => new LossCurve { Losses = entry.Fit.Losses }.ToLineChart().Series[^1] with
            {
                Name = AdaptorTokens.RowOf(entry.Attention),
                Color = Palette.Of(entry.Attention == AdaptorAttention.Published ? "Adaptor" : "RAN"),
                Dashed = entry.Attention == AdaptorAttention.TokenSequences,
            })],
            References = [new ReferenceLine(1, "guessing")],
            Height = 380,
        };
        return new AdaptorAttentionView(table, losses);
    }

    // The largest difference between image outputs with their own texts and with those of the next images.
    private static double Swapped(AdaptorTokensFit fit)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (before, _) = fit.Adaptor.call(fit.Images, fit.Texts);
        var (after, _) = fit.Adaptor.call(fit.Images, fit.Texts.roll(1, 0));
        return (after - before).abs().max().to(ScalarType.Float64).item<double>();
    }

    // Of all layers together: the first two thirds of the rows make queries and keys, the last third values.
    private static (double Shared, double Values) Gradients(AdaptorTokensFit fit)
    {
        using var scope = NewDisposeScope();
        fit.Adaptor.zero_grad();
        var (v, t) = fit.Adaptor.call(fit.Images, fit.Texts);
        AdaptorLoss.Compute(fit.Adaptor.Similarities(v, t)).backward();
        var (shared, values) = (0.0, 0.0);
        foreach (var (name, weight) in fit.Adaptor.named_parameters())
        {
            if (name.EndsWith(Mixing, StringComparison.Ordinal) && weight.grad is { } gradient)
            {
                var squares = gradient.square().sum([1]);
                var width = squares.shape[0] / 3;
                shared += squares.narrow(0, 0, 2 * width).sum().to(ScalarType.Float64).item<double>();
                values += squares.narrow(0, 2 * width, width).sum().to(ScalarType.Float64).item<double>();
            }
        }

        fit.Adaptor.zero_grad();
        return (Math.Sqrt(shared), Math.Sqrt(values));
    }
}
