using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Experiments.Plots;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AttackTour;

/// <summary>One picture under noise of every size: drawn at random, and chosen by an attack; with the model's answers.</summary>
internal static class NoiseExplorer
{
    private const string NoiseName = "random noise";

    /// <param name="lab">Seed and device.</param>
    /// <param name="victim">Model and pictures.</param>
    /// <param name="picture">Place of the picture among the victim's.</param>
    /// <param name="attack">The attack; its own budget is replaced.</param>
    /// <param name="budgets">Budgets from small to large; no change comes before them.</param>
    internal static SliderChart Of(Lab lab, Victim victim, int picture, IImageAttack attack, IReadOnlyList<PixelBudget> budgets)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var progress = Lab.Progress("Exploring budgets");
        var original = victim.Images[picture].unsqueeze(0);
        var label = victim.Labels[picture].unsqueeze(0);
        var places = new List<(string Label, SideBySide Figure)>();
        foreach (var budget in budgets.Prepend(attack.Epsilon.WithValue(0)))
        {
            // The same noise and the same start at every budget, only larger.
            using var noiseRandom = lab.Random("explorer: noise");
            using var attackRandom = lab.Random("explorer: attack");
            var noisy = (original + Noise(original, budget, noiseRandom)).clamp(0, 1);
            var attacked = attack.WithEpsilon(budget).Perturb(victim.Classifier, original, label, attackRandom);
            places.Add((budget.ToString(), Place(victim, picture, budget, attack.Name, cat([original, noisy, attacked]))));
            progress.Report((double)places.Count / (budgets.Count + 1));
        }

        progress.Finish($"{budgets.Count} budgets");
        var height = places.Max(place => place.Figure.Size.Height);   // captions of some answers take more lines
        return new SliderChart
        {
            Title = "Noise levels: one picture, drawn noise and chosen noise",
            Label = attack.Epsilon.Norm == PixelNorm.L2 ? "length of the change" : "largest change of any pixel",
            Steps = [.. places.Select(place => new SliderStep(place.Label, place.Figure with { LeastHeight = height }))],
            Start = places.Count / 2,
        };
    }

    private static Tensor Noise(Tensor images, PixelBudget budget, Generator random)
    {
        if (budget.Norm == PixelNorm.LInfinity)
        {
            return rand(images.shape, dtype: images.dtype, device: images.device, generator: random).mul(2 * budget.Value).sub(budget.Value);
        }

        var direction = randn(images.shape, dtype: images.dtype, device: images.device, generator: random);
        return direction / direction.norm() * budget.Value;
    }

    private static SideBySide Place(Victim victim, int picture, PixelBudget budget, string attackName, Tensor images)
    {
        var names = victim.World.Classes;
        var truth = victim.Clean.Labels[picture];
        var probabilities = victim.Classifier(images).softmax(1);
        var original = images.narrow(0, 0, 1).expand(3, -1, -1, -1);
        var amplification = budget.Norm == PixelNorm.LInfinity ? AttackPictures.Amplification(budget) : 0.5 / Math.Max((images - original).abs().max().item<float>(), 1e-6);
        GridCell Change(int index) => new(AttackPictures.Change(original, images, index, Math.Min(amplification, 1000)), budget.Value == 0 ? "no change" : string.Create(CultureInfo.InvariantCulture, $"change, × {amplification:0}"));
        var series = new[] { ("clean", 0), (NoiseName, 1), (attackName, 2) };
        return new SideBySide
        {
            Left = new ImageGrid
            {
                Title = $"Truth: {names[truth]}",
                ColumnHeaders = ["original", NoiseName, attackName],
                Rows =
                [
                    new GridRow([.. series.Select(of => AttackPictures.Answer(images, probabilities, of.Item2, truth, names))]),
                    new GridRow([null, Change(1), Change(2)]),
                ],
                CellSize = 120,
            },
            Right = new BarChart
            {
                Title = "What the model believes",
                YTitle = "probability",
                PercentY = true,
                YRange = (0, 1),
                Categories = names,
                Series = [.. series.Select(of => new BarSeries(of.Item1, [.. probabilities[of.Item2].to(ScalarType.Float64).cpu().data<double>()]))],
                Width = 440,
                Height = 420,
            },
        };
    }
}
