using RobustVlm.Data.Chest;
using RobustVlm.Experiments.Plots;

namespace RobustVlm.Experiments.AttackADiagnosis;

/// <summary>Rendered radiographs: one set to learn from, one held out. They are drawn from separate random streams, so no patient is in both.</summary>
/// <param name="Train">To learn from.</param>
/// <param name="Test">Held out.</param>
public sealed record Radiographs(PhantomBatch Train, PhantomBatch Test) : IDisposable
{
    /// <summary>One radiograph of every class with its report and the outline of the finding.</summary>
    /// <param name="perClass">Radiographs of each class, at least one.</param>
    public ImageGrid ShowExamples(int perClass = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perClass, 1);
        var labels = Train.Labels.data<long>().ToArray();
        var cells = Findings.All.SelectMany(finding => labels.Index().Where(l => l.Item == (long)finding).Take(perClass))
            .Select(found => new GridCell(TensorPicture.Of(Train.Images, found.Index), [Findings.Names[(int)found.Item], Shorten(Train.Reports[found.Index][0])]))
            .ToArray();
        return new ImageGrid
        {
            Title = "Synthetic chest radiographs, one per class, with the beginning of their reports",
            Rows = [.. cells.Chunk(4).Select(row => new GridRow([.. row]))],
            CellSize = 176,
        };
    }

    /// <summary>Frees the images.</summary>
    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => $"{Train} to learn from, {Test.Count} more held out; {Findings.All.Count} classes, 2 sites";

    private static string Shorten(string report)
    {
        const int longest = 90;
        return report.Length <= longest ? report : report[..report.LastIndexOf(' ', longest)] + " …";
    }
}
