using System.Globalization;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Nullspaces;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>A learned noise, with three controls of the same length: its numbers in another order, the numbers of every token in another order, and Gaussian ones.</summary>
public sealed class NullspaceNoise : IDisposable
{
    private readonly VisionTransformer _model;
    private readonly Tensor _images;
    private readonly EncoderNoise _found;
    private readonly (string Name, Tensor Noise)[] _noises;
    private readonly double _lambda;

    internal NullspaceNoise(VisionTransformer model, Tensor images, EncoderNoise found, double lambda, Generator random)
    {
        (_model, _images, _found, _lambda) = (model, images, found, lambda);
        _noises =
        [
            (NullspaceAnalysis.Learned, found.Value),
            (NullspaceAnalysis.Permuted, EncoderNoise.Permuted(found.Value, random)),
            (NullspaceAnalysis.InTokens, EncoderNoise.PermutedInTokens(found.Value, random)),
            (NullspaceAnalysis.Drawn, EncoderNoise.RandomOfSameNorm(found.Value, random)),
        ];
    }

    /// <summary>What the four do to pictures that the search has not seen.</summary>
    public ResultTable Table => ResultTable
        .From(_noises.Select(entry =>
        {
            var effect = EncoderNoiseEffect.Of(_model, _images, entry.Noise);
            return new { Noise = entry.Name, Length = _found.Norm, Kept = effect.Agreement, effect.ConfidenceError, effect.ProbabilityDistance };
        }))
        .AsPercent("Kept").WithDecimals("Length", 1).WithDecimals("ConfidenceError", 5).WithDecimals("ProbabilityDistance", 4)
        .Rename("Kept", "Answers that stay").Rename("ConfidenceError", "Squared change of the confidence").Rename("ProbabilityDistance", "Squared distance of the probabilities")
        .WithCaption(string.Create(CultureInfo.InvariantCulture, $"Lambda {_lambda}: four noises of one length on {_images.shape[0]} new pictures"))
        .WithFootnotes(string.Create(CultureInfo.InvariantCulture, $"All embedded patches of one picture together have a length of about {_found.Rms * Math.Sqrt(_found.Value.numel()):0}."));

    /// <summary>Answers that stay, against multiples of the noises.</summary>
    public LineChart PlotScaling()
    {
        double[] factors = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3];
        return new LineChart
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"Multiples of a noise learned at lambda {_lambda}, and of its controls"),
            XTitle = "multiple of the noise",
            YTitle = "answers that stay (%)",
            PercentY = true,
            YRange = (0, 1),
            Series = [.. _noises.Select(entry => new LineSeries(entry.Name, factors, [.. EncoderNoiseEffect.Scaled(_model, _images, entry.Noise, factors).Select(effect => effect.Agreement)])
            { Color = Palette.Of(entry.Name) })],
        };
    }

    /// <summary>What lies on the straight line between two learned noises, and between their permuted forms.</summary>
    /// <param name="other">The other noise.</param>
    public LineChart PlotMixing(NullspaceNoise other)
    {
        ArgumentNullException.ThrowIfNull(other);
        double[] shares = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1];
        return new LineChart
        {
            Title = "Between two noises: the share of the first in their sum",
            XTitle = "share of the first noise",
            YTitle = "answers that stay (%)",
            PercentY = true,
            YRange = (0, 1),
            Series = [.. _noises.Zip(other._noises).Take(2).Select(pair => new LineSeries(
                pair.First.Name, shares, [.. EncoderNoiseEffect.Mixed(_model, _images, pair.First.Noise, pair.Second.Noise, shares).Select(effect => effect.Agreement)])
            { Color = Palette.Of(pair.First.Name) })],
        };
    }

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <inheritdoc/>
    public override string ToString() => Table.ToString() ?? "";

    /// <summary>Frees the noises; the model goes on.</summary>
    public void Dispose()
    {
        _found.Dispose();
        _images.Dispose();
        foreach (var (_, noise) in _noises.Skip(1))
        {
            noise.Dispose();
        }
    }
}
