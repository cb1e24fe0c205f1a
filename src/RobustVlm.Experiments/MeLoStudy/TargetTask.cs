using RobustVlm.Data.Chest;
using RobustVlm.Data.Worlds;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>Pictures per part of a task.</summary>
/// <param name="Train">To learn from.</param>
/// <param name="Validation">To choose by.</param>
/// <param name="Test">To report on.</param>
public sealed record TaskSizes(int Train, int Validation, int Test);

/// <summary>A diagnostic task drawn by a world, after one of the paper's four data sets. The pre-trained backbone has seen no picture of any of these worlds.</summary>
/// <remarks>
/// Training parts are as small as in the sets, or smaller; validation and test parts are larger than theirs, because drawn pictures are free and the differences between
/// methods are small: an AUROC on 66 images has a standard error of about .03.
/// </remarks>
internal abstract class TargetTask
{
    private const int Folds = 5;

    /// <summary>The four, in the paper's order.</summary>
    internal static IReadOnlyList<TargetTask> All { get; } = [new TuberculosisTask(), new BloodTask(), new FindingsTask(), new MammogramTask()];

    /// <summary>Name in options, labels and tables.</summary>
    internal abstract string Name { get; }

    /// <summary>The published set it mirrors, and in what.</summary>
    internal abstract string Mirrors { get; }

    /// <summary>Names of the K classes or labels.</summary>
    internal abstract IReadOnlyList<string> Classes { get; }

    /// <summary>Whether several labels can hold for one picture.</summary>
    internal virtual bool HasSeveralLabels => false;

    /// <summary>Draws the pictures of the lab's seed, the same for every method.</summary>
    /// <param name="lab">Seed and device.</param>
    /// <param name="sizes">Pictures per part.</param>
    /// <param name="imageSize">Height and width in pixels.</param>
    internal TaskData Create(Lab lab, TaskSizes sizes, int imageSize)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var data = Draw(lab, sizes, imageSize);
        _ = (data.Train.MoveToOuterDisposeScope(), data.Validation.MoveToOuterDisposeScope(), data.Test.MoveToOuterDisposeScope());
        return data;
    }

    /// <summary>The named task.</summary>
    internal static TargetTask Find(string name) => All.FirstOrDefault(task => task.Name == name)
        ?? throw new ArgumentException($"There is no task '{name}'; choose one of {string.Join(", ", All.Select(task => task.Name))}.", nameof(name));

    private protected abstract TaskData Draw(Lab lab, TaskSizes sizes, int imageSize);

    private protected Generator Random(Lab lab, string what) => lab.Random($"melo: {Name}, {what}");

    /// <summary>Cuts pictures that were drawn together into the three parts.</summary>
    private static TaskData Cut(TaskPart all, TaskSizes sizes)
    {
        // Neighbours belong to one patient, so a cut may divide one: a size has to be a multiple of the pictures per patient.
        var patients = all.Patients.cpu().data<long>().ToArray();
        foreach (var cut in new[] { sizes.Train, sizes.Train + sizes.Validation })
        {
            if (patients[cut - 1] == patients[cut])
            {
                throw new ArgumentException($"The sizes {sizes.Train}, {sizes.Validation} and {sizes.Test} divide the pictures of a patient; use multiples of the pictures per patient.");
            }
        }

        return new TaskData(Copy(0, sizes.Train), Copy(sizes.Train, sizes.Validation), Copy(sizes.Train + sizes.Validation, sizes.Test), 0);

        // Copies, so that no part keeps the memory of all three.
        TaskPart Copy(int start, int length) => TaskPart.Join(all.Slice(start, length));
    }

    /// <summary>Labels with exact shares, in random order.</summary>
    internal static Tensor Labels(int count, IReadOnlyList<double> shares, Generator random)
    {
        var ends = shares.Select((_, k) => (int)Math.Round(count * shares.Take(k + 1).Sum())).ToArray();
        using var inOrder = tensor(Enumerable.Range(0, count).Select(i => (long)Array.FindIndex(ends, end => i < end)).ToArray(), device: random.device);
        return inOrder.index_select(0, randperm(count, dtype: ScalarType.Int64, device: random.device, generator: random));
    }

    private static Tensor Labels(TaskSizes sizes, IReadOnlyList<double> shares, Generator random) =>
        cat([Labels(sizes.Train, shares, random), Labels(sizes.Validation, shares, random), Labels(sizes.Test, shares, random)], 0);

    private static TaskPart Part(WorldBatch batch, Tensor labels, long firstPatient = 0) => new(
        batch.Images.expand(-1, 3, -1, -1).contiguous(), labels, (batch.Patients ?? arange(batch.Count, dtype: ScalarType.Int64, device: batch.Images.device)) + firstPatient);

    /// <summary>Tuberculosis or not.</summary>
    private sealed class TuberculosisTask : TargetTask
    {
        private readonly TuberculosisWorld _world = new();

        internal override string Name => "tuberculosis";

        internal override string Mirrors => "Shenzhen chest X-ray: balanced, one radiograph per patient";

        internal override IReadOnlyList<string> Classes => _world.Classes;

        private protected override TaskData Draw(Lab lab, TaskSizes sizes, int imageSize)
        {
            using var random = Random(lab, "pictures");
            var labels = Labels(sizes, [0.5, 0.5], random);
            return Cut(Part(_world.Render(labels, imageSize, random, lab.Device), labels), sizes);
        }
    }

    /// <summary>Four kinds of white cells.</summary>
    private sealed class BloodTask : TargetTask
    {
        private readonly IWorld _world = WorldCatalog.Find("blood");

        internal override string Name => "blood cells";

        internal override string Mirrors => "BloodCell: four classes, balanced; four pictures per slide, and no slide in two parts";

        internal override IReadOnlyList<string> Classes => _world.Classes;

        private protected override TaskData Draw(Lab lab, TaskSizes sizes, int imageSize)
        {
            using var random = Random(lab, "pictures");
            var labels = Labels(sizes, [0.25, 0.25, 0.25, 0.25], random);
            return Cut(Part(_world.Render(labels, imageSize, random, lab.Device), labels), sizes);
        }
    }

    /// <summary>The 14 labels of ChestX-ray14.</summary>
    private sealed class FindingsTask : TargetTask
    {
        // 112 120 images of 30 805 patients.
        private readonly ChestXray14 _world = new(new ChestXray14Options { ImagesPerPatient = 4 });

        internal override string Name => "chest findings";

        internal override string Mirrors => "NIH ChestX-ray14: its 14 labels, as frequent as there (2 to 18 %; rarer ones are raised to 2 %), several per picture, four pictures per patient";

        internal override IReadOnlyList<string> Classes => ChestXray14.Labels;

        internal override bool HasSeveralLabels => true;

        private protected override TaskData Draw(Lab lab, TaskSizes sizes, int imageSize)
        {
            using var random = Random(lab, "pictures");
            var batch = _world.Render(sizes.Train + sizes.Validation + sizes.Test, imageSize, random, lab.Device);
            return Cut(Part(batch, batch.Findings ?? throw new InvalidOperationException("The world gives labels with its pictures.")), sizes);
        }
    }

    /// <summary>Malignant by BI-RADS or not.</summary>
    private sealed class MammogramTask : TargetTask
    {
        // Of 410 images 71: BI-RADS 4 and 5, here spiculated masses. Clustered calcifications are left out: at 48 pixels they are single bright pixels.
        private const double Positive = 71.0 / 410;

        private static readonly double[] s_shares = [0.6 * (1 - Positive), 0.4 * (1 - Positive), Positive];

        private readonly IWorld _world = WorldCatalog.Find("mammogram");

        internal override string Name => "mammograms";

        internal override string Mirrors =>
            "INbreast: 17 % suspicious, 410 images of 205 patients in five folds, the seed's fold for the test, the next for validation, three to learn from; "
            + "validation and test are filled up with new patients, because a fold has 14 positives";

        internal override IReadOnlyList<string> Classes { get; } = ["not suspicious", "suspicious"];

        // The five folds are of one set, whatever the seed: its pictures come from a stream of their own.
        private protected override TaskData Draw(Lab lab, TaskSizes sizes, int imageSize)
        {
            var fold = sizes.Train / (Folds - 2);
            if (fold * (Folds - 2) != sizes.Train || fold % 2 != 0 || sizes.Validation < fold || sizes.Test < fold || sizes.Validation % 2 != 0)
            {
                throw new ArgumentException($"The training part ({sizes.Train}) is three of five folds of an even number of pictures, and the other parts are at least one fold, validation an even number.");
            }

            using var fixedRandom = Random(lab.WithSeed(0), "the set");
            using var random = Random(lab, "new patients");
            var set = Draw(cat([.. Enumerable.Range(0, Folds).Select(_ => Labels(fold, s_shares, fixedRandom))], 0), imageSize, fixedRandom, 0);
            var (moreValidation, moreTest) = (sizes.Validation - fold, sizes.Test - fold);
            var more = moreValidation + moreTest == 0 ? null
                : Draw(cat([Labels(moreValidation, s_shares, random), Labels(moreTest, s_shares, random)], 0), imageSize, random, Folds * fold);
            var first = (int)((lab.Seed + Folds - 1) % Folds);
            TaskPart Fold(int number) => set.Slice((long)((first + number) % Folds) * fold, fold);
            return new TaskData(
                TaskPart.Join([.. Enumerable.Range(2, Folds - 2).Select(Fold)]),
                more is null ? TaskPart.Join(Fold(1)) : TaskPart.Join(Fold(1), more.Slice(0, moreValidation)),
                more is null ? TaskPart.Join(Fold(0)) : TaskPart.Join(Fold(0), more.Slice(moreValidation, moreTest)),
                fold);
        }

        private TaskPart Draw(Tensor kinds, int imageSize, Generator random, long firstPatient) =>
            Part(_world.Render(kinds, imageSize, random, random.device), kinds.ge(2).to(ScalarType.Int64), firstPatient);
    }
}
