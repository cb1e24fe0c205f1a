using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Experiments.Plots;
using static TorchSharp.torch;

namespace RobustVlm.Experiments;

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
        var amplification = Amplification(budget);
        var rows = shown.Select((position, i) =>
        {
            var truth = labels[(int)position];
            return new GridRow(
                [Answer(originals, before, i, truth, names), new GridCell(Change(originals, attacked, i, amplification), $"at most {budget}"), Answer(attacked, after, i, truth, names)],
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

    /// <summary>A picture with the model's answer below it.</summary>
    /// <param name="images">Float tensor [M, C, H, W], pixels in [0, 1].</param>
    /// <param name="probabilities">Float tensor [M, K], the classifier's probabilities for them.</param>
    /// <param name="index">Which picture.</param>
    /// <param name="truth">Its true class.</param>
    /// <param name="names">Names of the classes.</param>
    internal static GridCell Answer(Tensor images, Tensor probabilities, int index, int truth, IReadOnlyList<string> names)
    {
        var row = probabilities[index].to(ScalarType.Float64).cpu().data<double>().ToArray();
        var answer = Array.IndexOf(row, row.Max());
        return new GridCell(TensorPicture.Of(images, index), string.Create(CultureInfo.InvariantCulture, $"{names[answer]} {row[answer]:P0}"))
        {
            Mark = answer == truth ? CellMark.Right : CellMark.Wrong,
        };
    }

    /// <summary>What happened to a picture, amplified; grey is no change.</summary>
    /// <param name="originals">Float tensor [M, C, H, W], pixels in [0, 1].</param>
    /// <param name="attacked">Float tensor [M, C, H, W], the attacked pictures.</param>
    /// <param name="index">Which picture.</param>
    /// <param name="amplification">Factor.</param>
    internal static PixelImage Change(Tensor originals, Tensor attacked, int index, double amplification) => PixelImage.Difference(
        Pixels(originals, index), Pixels(attacked, index), (int)originals.shape[1], (int)originals.shape[2], (int)originals.shape[3], amplification);

    /// <summary>The factor by which a change that uses the whole L-infinity budget reaches from black to white.</summary>
    /// <param name="budget">The budget.</param>
    internal static double Amplification(PixelBudget budget) => 0.5 / Math.Max(budget.Value, 1e-6);

    private static float[] Pixels(Tensor images, int index) => images[index].cpu().contiguous().data<float>().ToArray();
}
