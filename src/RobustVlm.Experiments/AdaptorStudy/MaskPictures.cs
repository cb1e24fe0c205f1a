using System.Globalization;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Plots;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Radiographs with predicted masks as a tint and true ones as an outline.</summary>
internal static class MaskPictures
{
    private const double Tint = 0.45;
    private const double Threshold = 0.5;

    // Okabe and Ito's orange and bluish green.
    private static readonly float[] s_predicted = [0.90f, 0.62f, 0f];
    private static readonly float[] s_true = [0f, 0.62f, 0.45f];

    /// <param name="images">Float tensor [N, 1, H, W], pixels in [0, 1].</param>
    /// <param name="masks">Float tensor [N, 1, H, W] of zeros and ones.</param>
    /// <param name="decoded">Probabilities [N, 1, H, W] of each decoder, and its scores.</param>
    /// <param name="count">How many pictures; half of them have the finding.</param>
    internal static ImageGrid Draw(Tensor images, Tensor masks, IReadOnlyList<(string Name, Tensor Probabilities, DiceResult Result)> decoded, int count)
    {
        using var scope = NewDisposeScope();
        var positive = masks.flatten(1).sum(1).gt(0).cpu().data<bool>().ToArray();
        int[] Some(bool wanted, int most) => [.. positive.Index().Where(entry => entry.Item == wanted).Select(entry => entry.Index).Take(most)];
        int[] shown = [.. Some(true, (count + 1) / 2), .. Some(false, count / 2)];
        return new ImageGrid
        {
            Title = "Predicted masks (orange) and true ones (green outline), with the official Dice of each picture",
            ColumnHeaders = ["radiograph and truth", .. decoded.Select(entry => entry.Name)],
            Rows = [.. shown.Select(i => new GridRow(
                [
                    new GridCell(Overlay(images, masks, null, i), positive[i] ? "has the finding" : "has no mask"),
                    .. decoded.Select(entry => new GridCell(Overlay(images, masks, entry.Probabilities, i), string.Create(CultureInfo.InvariantCulture, $"{entry.Result.PerImage[i]:0.00}"))),
                ]))],
            CellSize = 150,
        };
    }

    private static PixelImage Overlay(Tensor images, Tensor masks, Tensor? probabilities, int index)
    {
        using var scope = NewDisposeScope();
        var picture = images[index].expand(3, -1, -1);
        Tensor Colour(float[] rgb) => tensor(rgb, [3, 1, 1], device: images.device);
        if (probabilities is not null)
        {
            var predicted = probabilities[index].gt(Threshold).to(ScalarType.Float32) * Tint;
            picture = (picture * (1 - predicted)) + (Colour(s_predicted) * predicted);
        }

        // What a shift by one pixel takes away is the edge.
        var mask = masks[index];
        var inside = mask * mask.roll(1, 1) * mask.roll(-1, 1) * mask.roll(1, 2) * mask.roll(-1, 2);
        var edge = mask - inside;
        picture = (picture * (1 - edge)) + (Colour(s_true) * edge);
        return TensorPicture.Of(picture.unsqueeze(0), 0);
    }
}
