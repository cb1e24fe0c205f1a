using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Nullspaces;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>A model that was trained in front of the reader, and what it does not see.</summary>
public sealed class NullspaceLive : IDisposable
{
    private const int UsualBatch = 256;
    private const double UsualStrength = 1;

    private static readonly double[] s_phases = [0, 2.1, 4.2];   // of the three colours
    private static readonly double[] s_deviations = [0.01, 0.1, 0.3, 1, 3, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];

    private readonly Lab _lab;
    private readonly NullspaceExperimentOptions _settings;
    private readonly NullspaceRunOptions _options;
    private readonly NullspaceFit _fit;
    private readonly VisionTransformer _model;
    private readonly NullspacePictures _pictures;
    private readonly Nullspace _nullspace;

    internal NullspaceLive(Lab lab, NullspaceExperimentOptions settings, NullspaceRunOptions options, NullspaceFit fit, VisionTransformer model, NullspacePictures pictures) =>
        (_lab, _settings, _options, _fit, _model, _pictures, _nullspace) = (lab, settings, options, fit, model, pictures, Nullspace.Of(model));

    /// <summary>How well it does on pictures of its own site and of others.</summary>
    public ResultTable Table
    {
        get
        {
            double Accuracy(LabelledPart part) => ClassifierEvaluation.OnClean(_model.call, part.Images, part.Labels, UsualBatch).Accuracy;
            return ResultTable
                .From(_pictures.Shifted.Select(site => (site.Name, site.Part)).Prepend((Name: "its own", Part: _pictures.Test)).Select(entry => new { Site = entry.Name, Pictures = entry.Part.Labels.shape[0], Accuracy = Accuracy(entry.Part) }))
                .AsPercent("Accuracy")
                .WithCaption(string.Create(CultureInfo.InvariantCulture, $"The model, trained just now; guessing would reach {100.0 / NullspacePictures.Classes.Count:0.0} %"));
        }
    }

    /// <summary>Its patch embedding in one line: how many directions of a patch are unseen.</summary>
    public string Unseen => _nullspace.ToString();

    internal VisionTransformer Model => _model;

    private LabelledPart Shown => _pictures.Test.Take(Math.Min(_settings.LivePictures, _options.TestPictures));

    /// <summary>A radiograph, and other pictures that are added to it although the model does not see them.</summary>
    /// <param name="strength">Size (root mean square) of what is added, where the whole range from black to white is 1.</param>
    public ImageGrid ShowWatermark(double strength = UsualStrength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(strength);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (image, truth) = (_pictures.Test.Images.narrow(0, 0, 1), (int)_pictures.Test.Labels[0].item<long>());
        var names = NullspacePictures.Classes;
        GridRow Row(string name, Tensor picture)
        {
            var added = Sized(_nullspace.Project(picture), strength);
            var both = image + added;
            return new GridRow(
            [
                AttackPictures.Answer(image, _model.call(image).softmax(1), 0, truth, names),
                new GridCell(TensorPicture.Of(Stretched(picture), 0)),
                new GridCell(TensorPicture.Of(Stretched(added), 0), RangeOf(added)),
                AttackPictures.Answer(Stretched(both), _model.call(both).softmax(1), 0, truth, names),
            ], name);
        }

        return new ImageGrid
        {
            Title = "Seen by people, not by the model: pictures in its nullspace",
            ColumnHeaders = ["original", "to be added", "its unseen part", "sum, as the model gets it"],
            Rows = [Row("another patient", Another()), Row("coloured rings", Rings())],
            CellSize = 176,
        };
    }

    /// <summary>How much the answers change by what is added, and what undoes the trick.</summary>
    /// <param name="strength">As in <see cref="ShowWatermark"/>.</param>
    public ResultTable Watermarks(double strength = UsualStrength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(strength);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var random = _lab.Random("nullspace: watermark of the notebook");
        var part = Shown;
        var rings = Rings();
        var unseen = Sized(_nullspace.Project(rings), strength);
        (string What, Tensor Images, ScalarType Type)[] rows =
        [
            ("the unseen part of the rings", part.Images + unseen, ScalarType.Float32),
            ("the same, ten times as strong", part.Images + (10 * unseen), ScalarType.Float32),
            ("the same, half as strong and minus the other patient's", part.Images + (0.5 * unseen) - Sized(_nullspace.Project(Another()), strength), ScalarType.Float32),
            ("rounded to 8 bits, values below 0 and above 1 kept", ((part.Images + unseen) * 255).round() / 255, ScalarType.Float32),
            ("cut to [0, 1], as a file would", (part.Images + unseen).clamp(0, 1), ScalarType.Float32),
            ("not cut, but computed in bfloat16", part.Images + unseen, ScalarType.BFloat16),
            ("its numbers in another order", part.Images + EncoderNoise.Permuted(unseen, random), ScalarType.Float32),
            ("the rings themselves, as strong", part.Images + Sized(rings, strength), ScalarType.Float32),
        ];
        return ResultTable.From(rows.Select(row =>
        {
            using var step = NewDisposeScope();
            using var precision = Autocast.Use(row.Type, row.Images.device_type);
            var (before, after) = (_model.call(part.Images).to(ScalarType.Float64), _model.call(row.Images).to(ScalarType.Float64));
            return new
            {
                Added = row.What,
                Change = ((after - before).abs().max() / before.square().mean().sqrt()).item<double>(),
                Kept = before.argmax(1).eq(after.argmax(1)).to(ScalarType.Float64).mean().item<double>(),
            };
        }))
        .AsPercent("Kept").WithDecimals("Change", 6).Rename("Change", "Largest change of a logit, in sizes of the logits").Rename("Kept", "Answers that stay")
        .WithCaption(string.Create(CultureInfo.InvariantCulture, $"{part.Labels.shape[0]} pictures; what is added has a root mean square of {strength} (black to white is 1)"));
    }

    /// <summary>Answers that stay, against the size of what is added: unseen noise, and the same numbers in another order.</summary>
    public LineChart PlotPixelNoise()
    {
        using var scope = NewDisposeScope();
        using var random = _lab.Random("nullspace: pixel noise of the notebook");
        var images = Shown.Images;
        var noise = _nullspace.Noise([1, .. images.shape[1..]], 1, random);
        var permuted = EncoderNoise.Permuted(noise, random);
        double[] Kept(Tensor change) => [.. s_deviations.Select(deviation => EncoderNoiseEffect.OfPixels(_model, images, change * deviation).Agreement)];
        return new LineChart
        {
            Title = "Answers that stay when noise is added to the pixels",
            XTitle = "root mean square of the noise (black to white is 1)",
            XScale = AxisScale.Log,
            YTitle = "answers that stay (%)",
            PercentY = true,
            YRange = (0, 1),
            Series =
            [
                new LineSeries("in the nullspace", s_deviations, Kept(noise)) { Color = Palette.Of(NullspaceAnalysis.Learned) },
                new LineSeries("same numbers in another order", s_deviations, Kept(permuted)) { Color = Palette.Of(NullspaceAnalysis.Permuted) },
            ],
        };
    }

    /// <summary>Looks for a noise that the encoder nearly does not see: a search of the paper's section 2.3.</summary>
    /// <param name="lambda">How much length is worth; more gives longer noise.</param>
    /// <param name="number">Another number starts elsewhere.</param>
    public NullspaceNoise Search(double lambda = 0.3, int number = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lambda);
        using var progress = Lab.Progress("Search");
        using var random = _lab.Random(string.Create(CultureInfo.InvariantCulture, $"nullspace: search of the notebook, {lambda}, {number}"));
        var found = new EncoderNoiseSearch(NullspacePlan.LambdaSearch(_options, lambda)).Find(_model, _pictures.Train.Images, random, progress: share => progress.Report(share));
        progress.Finish(found.ToString());
        return new NullspaceNoise(_model, Shown.Images, found, lambda, random);
    }

    /// <summary>Fine-tunes copies of the model for a few rounds: the same steps without noise, and with noise from its approximate nullspace.</summary>
    public NullspaceLiveTuning FineTune()
    {
        using var progress = Lab.Progress("Fine-tuning");
        NullspaceArm[] arms = [NullspaceArm.Control, NullspaceArm.Nullspace];
        var rows = new List<NullspaceLiveFit> { new(NullspaceArm.None, null, Quick(_model)) };
        foreach (var arm in arms)
        {
            var (model, _) = _fit.Begin(_lab, _options, (_, _) => { });
            using (model)
            {
                var options = _options with { Kind = NullspaceRunKind.Tuning, Arm = arm, Rounds = _settings.LiveRounds };
                var done = rows.Count - 1.0;
                var result = NullspaceFit.Train(_lab, options, model, _pictures, new NullspaceScores(model, _pictures, options, _lab.Seed).Selection,
                    step => progress.Report((done + (step.Step / (double)step.Total)) / arms.Length, NullspacePlan.NameOf(arm)));
                rows.Add(new(arm, result, Quick(model)));
            }
        }

        progress.Finish(string.Create(CultureInfo.InvariantCulture, $"{arms.Length} × {_settings.LiveRounds} rounds of {_options.StepsPerRound} steps"));
        return new NullspaceLiveTuning(rows);
    }

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <inheritdoc/>
    public override string ToString() => Table.ToString() ?? "";

    /// <summary>Frees models and pictures.</summary>
    public void Dispose()
    {
        _nullspace.Dispose();
        _model.Dispose();
        _fit.Forget();
    }

    private IReadOnlyList<Measurement> Quick(VisionTransformer model) => new NullspaceScores(model, _pictures, _options, _lab.Seed).Quick();

    // The radiograph of a class that the shown one does not have, around its mean.
    private Tensor Another()
    {
        var picture = _pictures.Test.Images.narrow(0, NullspacePictures.Classes.Count - 1, 1);
        return picture - picture.mean();
    }

    private Tensor Rings()
    {
        var side = _model.Options.ImageSize;
        var line = linspace(-1, 1, side, device: _lab.Device);
        var radius = (line.square().view(-1, 1) + line.square().view(1, -1)).sqrt();
        return stack([.. s_phases.Select(phase => (11 * radius - phase).sin())], 0).unsqueeze(0);
    }

    private static Tensor Sized(Tensor change, double size) => change * (size / change.square().mean().sqrt());

    private static Tensor Stretched(Tensor picture) => (picture - picture.min()) / (picture.max() - picture.min());

    private static string RangeOf(Tensor picture) => string.Create(CultureInfo.InvariantCulture, $"values {picture.min().item<float>():0.0} to {picture.max().item<float>():0.0}");
}
