using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Experiments.Plots;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AttackADiagnosis;

/// <summary>Original, amplified perturbation and attacked image side by side, with the model's answer under each.</summary>
internal static class AttackPictures
{
    /// <param name="originals">Float tensor [M, C, H, W], pixels in [0, 1].</param>
    /// <param name="attacked">Float tensor [M, C, H, W], the attacked images.</param>
    /// <param name="labels">True class of all images.</param>
    /// <param name="shown">Positions of the M images among all.</param>
    /// <param name="classifier">The attacked classifier.</param>
    /// <param name="names">Names of the classes.</param>
    /// <param name="budget">Largest change of any pixel.</param>
    internal static ImageGrid Show(Tensor originals, Tensor attacked, IReadOnlyList<int> labels, IReadOnlyList<long> shown, Classifier classifier, IReadOnlyList<string> names, PixelBudget budget)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (before, after) = (classifier(originals).softmax(1), classifier(attacked).softmax(1));
        var amplification = 0.5 / Math.Max(budget.Value, 1e-6);
        var rows = shown.Select((position, i) =>
        {
            var truth = labels[(int)position];
            var difference = PixelImage.Difference(Pixels(originals, i), Pixels(attacked, i), (int)originals.shape[1], (int)originals.shape[2], (int)originals.shape[3], amplification);
            return new GridRow(
                [Answer(originals, before, i, truth, names), new GridCell(difference, $"at most {budget}"), Answer(attacked, after, i, truth, names)],
                names[truth]);
        });
        return new ImageGrid
        {
            Title = $"An attack of {budget} seen by the eye and by the model",
            ColumnHeaders = ["original", string.Create(CultureInfo.InvariantCulture, $"change, × {amplification:0}"), "attacked"],
            Rows = [.. rows],
            CellSize = 176,
        };
    }

    private static GridCell Answer(Tensor images, Tensor probabilities, int index, int truth, IReadOnlyList<string> names)
    {
        var row = probabilities[index].to(ScalarType.Float64).cpu().data<double>().ToArray();
        var answer = Array.IndexOf(row, row.Max());
        return new GridCell(TensorPicture.Of(images, index), string.Create(CultureInfo.InvariantCulture, $"{names[answer]} {row[answer]:P0}"))
        {
            Mark = answer == truth ? CellMark.Right : CellMark.Wrong,
        };
    }

    private static float[] Pixels(Tensor images, int index) => images[index].cpu().contiguous().data<float>().ToArray();
}
