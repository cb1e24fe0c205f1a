using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Data.Chest;
using RobustVlm.Experiments.AttackTour;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Ran;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Poisoned pairs to look at: the images, what was changed in them, the captions.</summary>
public sealed class RanShowcase : IDisposable
{
    private readonly Lab _lab;
    private readonly RanData _data;
    private readonly PoisonedPairs _crafted;
    private readonly IReadOnlyList<Measurement> _rows;
    private readonly int _shown;

    internal RanShowcase(Lab lab, RanData data, PoisonedPairs crafted, IReadOnlyList<Measurement> rows, int shown) =>
        (_lab, _data, _crafted, _rows, _shown) = (lab, data, crafted, rows, shown);

    /// <summary>What the surrogate sees: how near poisoned images come to their targets, and how well false captions fit.</summary>
    public ResultTable Numbers => ResultTable
        .From(_rows.Select(row => new { Of = row.Row, What = row.Column, Value = row.Value }))
        .WithDecimals("Value", 3)
        .WithCaption($"{_crafted.Count} poisoned pairs, seen by the surrogate: means, cosines of unit vectors");

    /// <summary>Captions before and after; words that are new are in capitals.</summary>
    public ResultTable Captions => ResultTable
        .From(Shown.Select(i => new { Before = _data.Pairs.Reports[Place(i)][0], After = PairTour.Marked(_data.Pairs.Reports[Place(i)][0], _crafted.Captions[i][0]) }))
        .Rename("Before", "Caption").Rename("After", "Poisoned caption")
        .WithCaption("One of the captions of each pair, before and after; changed words in capitals");

    /// <summary>Each pair's image, the image it is moved to, the change, the result.</summary>
    public ImageGrid Images()
    {
        using var scope = NewDisposeScope();
        var targets = RanUpstream.Targets(_lab, _data);
        var budget = PixelBudget.Of255(RanPlan.PoisonBudget);
        var amplification = AttackPictures.Amplification(budget);
        var labels = _data.Pairs.Labels.cpu().data<long>().ToArray();
        var originals = _data.Pairs.Images.index_select(0, tensor(_crafted.Places.Take(_shown).ToArray(), device: _data.Pairs.Images.device));
        string Name(long place) => ((Finding)labels[place]).Name();
        return new ImageGrid
        {
            Title = $"Poisoned images: each pixel changes by at most {budget}",
            ColumnHeaders = ["original", "target", string.Create(CultureInfo.InvariantCulture, $"change, × {amplification:0}"), "poisoned"],
            Rows =
            [
                .. Shown.Select(i => new GridRow(
                    [
                        new GridCell(TensorPicture.Of(originals, i), Name(Place(i))),
                        new GridCell(TensorPicture.Of(_data.Pairs.Images, targets[Place(i)]), Name(targets[Place(i)])),
                        new GridCell(AttackPictures.Change(originals, _crafted.Images, i, amplification)),
                        new GridCell(TensorPicture.Of(_crafted.Images, i), $"looks: {Name(Place(i))}", $"moved to: {Name(targets[Place(i)])}"),
                    ])),
            ],
            CellSize = 150,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_crafted.Count} poisoned pairs, {_shown} shown";

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <summary>Frees the images.</summary>
    public void Dispose() => _crafted.Dispose();

    private IEnumerable<int> Shown => Enumerable.Range(0, _shown);

    private int Place(int index) => (int)_crafted.Places[index];
}
