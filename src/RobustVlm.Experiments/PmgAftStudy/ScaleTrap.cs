using System.Globalization;
using RobustVlm.Experiments.Plots;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Scaled logits or bare cosines, mean or sum: the four ways to put PMG-AFT's terms together, and how hard the divergences pull in each.</summary>
internal static class ScaleTrap
{
    /// <summary>The four ways.</summary>
    internal static IReadOnlyList<(string Name, bool Scaled, bool Sum)> Forms { get; } =
    [
        ("paper: logits, mean", true, false),
        ("repository: cosines, sum", false, true),
        ("mixed: cosines, mean", false, false),
        ("mixed: logits, sum", true, true),
    ];

    internal static LineChart Plot(ZeroShotClassifier student, ZeroShotClassifier teacher, Tensor images, Tensor attacked, Tensor labels, double scale)
    {
        using var scope = NewDisposeScope();
        Tensor Cosines(ZeroShotClassifier classifier, Tensor pictures)
        {
            using var noGradient = no_grad();
            return classifier.Logits(pictures) / scale;   // both models have one scale, which is not trained
        }

        var (own, clean, frozen) = (Cosines(student, attacked), Cosines(student, images), Cosines(teacher, attacked));
        var ratios = Forms.Select(form => Ratios(own, clean, frozen, labels, form.Scaled ? scale : 1, form.Sum)).ToArray();
        double[] places = [.. Enumerable.Range(0, Forms.Count).Select(i => (double)i)];
        return new LineChart
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"The scale trap: pull of each divergence beside cross-entropy, {labels.shape[0]} pictures, scale {scale:0.#}"),
            XTitle = "form of the loss",
            XScale = AxisScale.Categorical,
            Categories = [.. Forms.Select(form => form.Name)],
            YTitle = "gradient of the divergence / gradient of CE",
            YScale = AxisScale.Log,
            Series =
            [
                new LineSeries("general", places, [.. ratios.Select(ratio => ratio.General)]) { Unconnected = true, Color = Palette.Of("CE + general") },
                new LineSeries("clean", places, [.. ratios.Select(ratio => ratio.Clean)]) { Unconnected = true, Color = Palette.Of("CE + clean") },
            ],
            References = [new ReferenceLine(10, "above: cross-entropy drowns"), new ReferenceLine(0.01, "below: the divergence is dead")],
            Width = 860,
        };
    }

    /// <summary>Lengths of the divergences' gradients to the cosines, as multiples of cross-entropy's.</summary>
    /// <param name="own">Float tensor [B, K], in [-1, 1]: the student's cosines on attacked pictures.</param>
    /// <param name="clean">Float tensor [B, K], in [-1, 1]: the student's on clean ones.</param>
    /// <param name="frozen">Float tensor [B, K], in [-1, 1]: the teacher's on the attacked ones.</param>
    /// <param name="labels">Long tensor [B], class indices in [0, K).</param>
    /// <param name="scale">Factor on the cosines.</param>
    /// <param name="sum">Whether divergences are summed over the batch.</param>
    internal static (double General, double Clean) Ratios(Tensor own, Tensor clean, Tensor frozen, Tensor labels, double scale, bool sum)
    {
        using var scope = NewDisposeScope();
        var (a, c) = (own.detach().clone().requires_grad_(), clean.detach().clone().requires_grad_());
        Tensor Divergence(Tensor from, Tensor to)
        {
            var rows = (from.softmax(1) * (from.log_softmax(1) - to.log_softmax(1))).sum(1);
            return sum ? rows.sum() : rows.mean();
        }

        double Length(Tensor loss) => Math.Sqrt(autograd.grad([loss], [a, c], allow_unused: true).Where(part => part is not null).Sum(part => part.square().sum().to(ScalarType.Float64).item<double>()));
        var entropy = Length(nn.functional.cross_entropy(a * scale, labels));
        return (Length(Divergence(frozen * scale, a * scale)) / entropy, Length(Divergence(c * scale, a * scale)) / entropy);
    }
}
