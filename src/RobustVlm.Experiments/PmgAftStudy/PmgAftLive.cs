using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Some methods, trained on one seed in front of the reader, and what can be seen in them.</summary>
public sealed class PmgAftLive : IDisposable
{
    private const int ShownClasses = 6;

    private readonly Lab _lab;
    private readonly ZeroShotPictures _pictures;
    private readonly PmgAftLiveFit[] _fits;
    private readonly double _epsilon;
    private readonly int _steps;

    internal PmgAftLive(Lab lab, ZeroShotPictures pictures, IReadOnlyList<PmgAftLiveFit> fits, double epsilon, int steps) =>
        (_lab, _pictures, _fits, _epsilon, _steps) = (lab, pictures, [.. fits], epsilon, steps);

    /// <summary>Clean and robust accuracy, on the source set and as mean over the zero-shot sets.</summary>
    public ResultTable Table
    {
        get
        {
            var robust = PmgAftScores.Robust(_epsilon);
            return ResultTable.From(_fits.Select(fit => new
            {
                Method = fit.Name,
                SourceClean = fit.Score(ZeroShotPictures.Source.Name, PmgAftScores.CleanColumn),
                SourceRobust = fit.Score(ZeroShotPictures.Source.Name, robust),
                Clean = fit.Score(PmgAftScores.MeanRow, PmgAftScores.CleanColumn),
                Robust = fit.Score(PmgAftScores.MeanRow, robust),
                Distance = Number(fit.Score(PmgAftFit.DriftRow, PmgAftFit.DistanceColumn)),
                Cosine = Number(fit.Score(PmgAftFit.DriftRow, PmgAftFit.CosineColumn)),
            }))
            .AsPercent("SourceClean", "SourceRobust", "Clean", "Robust").WithDecimals("Distance", 2).WithDecimals("Cosine", 3)
            .Rename("SourceClean", "Source, clean").Rename("SourceRobust", "Source, robust").Rename("Clean", "15 sets, clean").Rename("Robust", "15 sets, robust")
            .Rename("Distance", "Weights moved by").Rename("Cosine", "Cosine to the original")
            .WithCaption(string.Create(CultureInfo.InvariantCulture, $"One seed, trained just now; attacks of {PmgAftScores.Grey(_epsilon)} in training and in scoring"))
            .WithFootnotes("Cosine: mean over clean zero-shot pictures of the cosine between a picture's new and its original embedding.");
        }
    }

    internal IReadOnlyList<PmgAftLiveFit> Fits => _fits;

    /// <summary>Accuracy without attack while training goes on: what is learned on the source set, and what is forgotten on the others.</summary>
    public LineChart PlotForgetting() => new()
    {
        Title = $"Learning one set, forgetting fifteen: clean accuracy during training at {PmgAftScores.Grey(_epsilon)}",
        XTitle = "training step",
        YTitle = "clean accuracy (%)",
        PercentY = true,
        YRange = (0, 1),
        Series =
        [
            .. Trained.SelectMany(fit => new[]
            {
                new LineSeries($"{fit.Name}: source set", Steps(fit), [.. fit.Forgetting.Select(point => point.Source)]) { Color = Palette.Of(fit.Name), Dashed = true },
                new LineSeries($"{fit.Name}: mean of 15", Steps(fit), [.. fit.Forgetting.Select(point => point.ZeroShot)]) { Color = Palette.Of(fit.Name) },
            }),
        ],
        Width = 860,
    };

    /// <summary>The terms of PMG-AFT's loss over its training, averaged over neighbouring steps.</summary>
    public LineChart PlotTerms() => Curves("The three terms of PMG-AFT over its training", "value of the term (nats)", ["CE", .. PmgAftFit.Divergences], term => term);

    /// <summary>How long the gradient of each term is, over the training of PMG-AFT.</summary>
    public LineChart PlotGradients() => Curves(
        "How hard each term of PMG-AFT pulls", "length of the gradient to the cosines", ["CE", .. PmgAftFit.Divergences], term => $"gradient of {term}");

    /// <summary>One attacked source picture, and the answers between which the three terms stand.</summary>
    /// <returns>The picture before and after the attack, and the probabilities that the terms compare.</returns>
    public (ImageGrid Pictures, BarChart Answers) ShowTerms()
    {
        using var scope = NewDisposeScope();
        using var original = ShippedCheckpoints.MiniClip(_lab).Model;
        var (student, teacher, images, attacked, labels) = Attacked(PmgAft, original);
        using var noGradient = no_grad();
        var (studentAttacked, studentClean, teacherAttacked) = (student.Logits(attacked).softmax(1), student.Logits(images).softmax(1), teacher.Logits(attacked).softmax(1));

        // A picture on which the three differ: the student right, the teacher wrong.
        var telling = studentAttacked.argmax(1).eq(labels).logical_and(teacherAttacked.argmax(1).ne(labels)).nonzero().flatten();
        var index = telling.shape[0] > 0 ? (int)telling[0].item<long>() : 0;
        var truth = (int)labels[index].item<long>();
        double[] Row(Tensor rows) => rows[index].to(ScalarType.Float64).cpu().data<double>().ToArray();
        var (own, clean, frozen) = (Row(studentAttacked), Row(studentClean), Row(teacherAttacked));
        var shown = Enumerable.Range(0, own.Length).OrderByDescending(k => k == truth).ThenByDescending(k => own[k] + clean[k] + frozen[k]).Take(ShownClasses).ToArray();
        var names = ZeroShotPictures.Source.Classes;
        static double Divergence(double[] from, double[] to) => from.Zip(to, (p, q) => p > 0 ? p * Math.Log(p / Math.Max(q, 1e-30)) : 0).Sum();
        var pictures = new ImageGrid
        {
            Title = $"A source picture, attacked with {PmgAftScores.Grey(_epsilon)}: {names[truth]}",
            ColumnHeaders = ["clean, student", string.Create(CultureInfo.InvariantCulture, $"change, × {Amplification:0}"), "attacked, student", "attacked, teacher"],
            Rows =
            [
                new GridRow([
                    AttackPictures.Answer(images, studentClean, index, truth, names),
                    new GridCell(AttackPictures.Change(images, attacked, index, Amplification), $"at most {PmgAftScores.Grey(_epsilon)}"),
                    AttackPictures.Answer(attacked, studentAttacked, index, truth, names),
                    AttackPictures.Answer(attacked, teacherAttacked, index, truth, names),
                ]),
            ],
            CellSize = 176,
        };
        var answers = new BarChart
        {
            Title = string.Create(CultureInfo.InvariantCulture,
                $"What the terms compare: CE {-Math.Log(Math.Max(own[truth], 1e-30)):0.00}, general {Divergence(frozen, own):0.00}, clean {Divergence(clean, own):0.00} nats"),
            XTitle = "class (the true one first)",
            YTitle = "probability (%)",
            PercentY = true,
            YRange = (0, 1),
            Categories = [.. shown.Select(k => names[k])],
            Series =
            [
                new BarSeries("student on the attacked picture: CE wants the true class", [.. shown.Select(k => own[k])]) { Color = Palette.Of("PMG-AFT") },
                new BarSeries("teacher on the attacked picture: general pulls towards it", [.. shown.Select(k => frozen[k])]) { Color = Palette.Of("CE + general") },
                new BarSeries("student on the clean picture: clean pulls towards it", [.. shown.Select(k => clean[k])]) { Color = Palette.Of("CE + clean") },
            ],
            Width = 860,
            Height = 420,
        };
        return (pictures, answers);
    }

    /// <summary>What the frozen teacher answers on pictures that were attacked to fool the student, against what it answers on clean ones.</summary>
    public ResultTable TeacherAnswers()
    {
        using var original = ShippedCheckpoints.MiniClip(_lab).Model;
        return ResultTable.From(Trained.Select(fit =>
        {
            using var scope = NewDisposeScope();
            var (student, teacher, images, attacked, labels) = Attacked(fit, original);
            using var noGradient = no_grad();
            var (own, frozen) = (student.Logits(attacked).argmax(1), teacher.Logits(attacked));
            return new
            {
                Student = fit.Name,
                Own = Share(own.eq(labels)),
                Teacher = Share(frozen.argmax(1).eq(labels)),
                Clean = Share(teacher.Logits(images).argmax(1).eq(labels)),
                Agree = Share(frozen.argmax(1).eq(own)),
                Mass = (double)frozen.softmax(1).gather(1, labels.unsqueeze(1)).mean().item<float>(),
            };
        }))
        .AsPercent("Own", "Teacher", "Clean", "Agree", "Mass")
        .Rename("Own", "Student right").Rename("Teacher", "Teacher right").Rename("Clean", "Teacher right on clean pictures").Rename("Agree", "Teacher and student agree").Rename("Mass", "Teacher's probability of the true class")
        .WithCaption($"{_pictures.Sets[0].Images.shape[0]} new source pictures, attacked against each student with {PmgAftScores.Grey(_epsilon)}");
    }

    /// <summary>How hard the divergences pull beside cross-entropy, for the two forms that belong together and for the two mixtures.</summary>
    public LineChart PlotScaleTrap()
    {
        using var original = ShippedCheckpoints.MiniClip(_lab).Model;
        using var scope = NewDisposeScope();
        var (student, teacher, images, attacked, labels) = Attacked(PmgAft, original);
        return ScaleTrap.Plot(student, teacher, images, attacked, labels, PmgAft.Student.LogitScale().item<float>());
    }

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <inheritdoc/>
    public override string ToString() => Table.ToString() ?? "";

    /// <summary>Frees models and pictures.</summary>
    public void Dispose()
    {
        foreach (var fit in _fits)
        {
            fit.Dispose();
        }

        _pictures.Dispose();
    }

    private IEnumerable<PmgAftLiveFit> Trained => _fits.Where(fit => fit.Result is not null);

    private PmgAftLiveFit PmgAft => _fits.FirstOrDefault(fit => fit.Name == PmgAftPlan.NameOf(PmgAftArm.PmgAft))
        ?? throw new InvalidOperationException("PMG-AFT was not trained here; add PmgAftArm.PmgAft to LiveArms.");

    private double Amplification => AttackPictures.Amplification(PixelBudget.Of255(_epsilon));

    private static double[] Steps(PmgAftLiveFit fit) => [.. fit.Forgetting.Select(point => (double)point.Step)];

    private static double Share(Tensor right) => right.to(ScalarType.Float32).mean().item<float>();

    private static double? Number(double value) => double.IsNaN(value) ? null : value;

    private LineChart Curves(string title, string unit, string[] terms, Func<string, string> column)
    {
        var curves = PmgAft.Result!.Terms;   // not null: PMG-AFT is trained
        return new LineChart
        {
            Title = title,
            XTitle = "training step",
            YTitle = unit,
            Series = [.. terms.Select(term => new LossCurve { Losses = curves[column(term)] }.ToLineChart().Series[^1] with
            {
                Name = term,
                Color = term switch { "CE" => Palette.Of("TeCoA"), "general" => Palette.Of("CE + general"), _ => Palette.Of("CE + clean") },
            })],
            Height = 380,
        };
    }

    // The source pictures to score on, attacked against a student; everything belongs to the caller's scope.
    private (ZeroShotClassifier Student, ZeroShotClassifier Teacher, Tensor Images, Tensor Attacked, Tensor Labels) Attacked(PmgAftLiveFit fit, Clip original)
    {
        var set = _pictures.Sets[0];
        var student = ZeroShotClassifier.Create(fit.Student, set.Prompts, new ClipInput().Encoder(fit.Student));
        var teacher = ZeroShotClassifier.Create(original, set.Prompts, new ClipInput().Encoder(original));
        using var random = _lab.Random("pmg-aft: pictures of the notebook");
        var attacked = new Pgd(new PgdOptions { Epsilon = PixelBudget.Of255(_epsilon), Steps = _steps }).Perturb(student.Logits, set.Images, set.Labels, random);
        return (student, teacher, set.Images, attacked, set.Labels);
    }
}
