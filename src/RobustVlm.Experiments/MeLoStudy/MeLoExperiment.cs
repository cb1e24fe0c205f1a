using System.Globalization;
using RobustVlm.Data.Sets;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>Notebook 06: low-rank updates of a vision transformer beside full fine-tuning and a linear probe, live for one seed, and from the sweep's stored runs for all.</summary>
public sealed class MeLoExperiment : IDisposable
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    public const string Id = MeLoSweep.Id;

    private static readonly string[] s_published = ["sz-cxr", "bloodcell", "nih-cxr14", "inbreast"];

    private readonly Lab _lab;
    private readonly MeLoPlan _plan;

    // Drawing takes longer than most of what is done with the pictures.
    private readonly Dictionary<string, TaskData> _drawn = [];

    /// <summary>Makes the experiment.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public MeLoExperiment(Lab lab, MeLoExperimentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? MeLoExperimentOptions.For(lab.Scale);
        _plan = MeLoPlan.For(lab.Scale == Scale.Smoke ? Scale.Smoke : Scale.Demo);
        foreach (var task in Options.LiveTasks)
        {
            _ = TargetTask.Find(task);
        }
    }

    /// <summary>The settings.</summary>
    public MeLoExperimentOptions Options { get; }

    /// <summary>Names of the transformers whose sizes are known here.</summary>
    public static IReadOnlyList<string> Sizes => [.. MeLoSizes.All.Select(size => size.Name)];

    /// <summary>The four tasks: which set each mirrors, how many pictures there are and how they are balanced.</summary>
    public ResultTable Tasks() => ResultTable.From(_plan.Tasks.Select(plan =>
    {
        var task = TargetTask.Find(plan.Task);
        var data = Data(plan);
        using var scope = NewDisposeScope();
        var labels = data.Train.Labels.cpu();
        var shares = task.Classes.Select((_, k) => task.HasSeveralLabels ? labels.select(1, k).mean().item<float>() : labels.eq(k).to(ScalarType.Float32).mean().item<float>()).ToArray();
        return new
        {
            Task = task.Name,
            Mirrors = task.Mirrors,
            Classes = task.Classes.Count,
            Balance = task.HasSeveralLabels
                ? string.Create(CultureInfo.InvariantCulture, $"{shares.Min():P0} to {shares.Max():P0} per label")
                : string.Join(", ", task.Classes.Zip(shares, (name, share) => string.Create(CultureInfo.InvariantCulture, $"{name} {share:P0}"))),
            Patients = data.Train.Patients.cpu().data<long>().ToArray().Distinct().Count(),
            Pictures = $"{data.Train.Count} / {data.Validation.Count} / {data.Test.Count}",
        };
    }))
        .Rename("Pictures", "Train / validation / test").Rename("Patients", "Patients to learn from")
        .WithCaption("The target tasks; balance and patients of the training part");

    /// <summary>Pictures of every class of the four tasks.</summary>
    public ContactSheet ShowTasks()
    {
        using var scope = NewDisposeScope();
        var rows = new List<GridRow>();
        foreach (var plan in _plan.Tasks)
        {
            var task = TargetTask.Find(plan.Task);
            var data = Data(plan);
            var labels = data.Train.Labels.cpu();
            rows.AddRange(task.Classes.Select((name, k) =>
            {
                var members = (task.HasSeveralLabels ? labels.select(1, k).gt(0.5) : labels.eq(k)).nonzero().flatten().data<long>().ToArray();
                return new GridRow([.. Enumerable.Range(0, Options.ShownPictures).Select(i => i < members.Length ? new GridCell(TensorPicture.Of(data.Train.Images, members[i])) : null)], $"{task.Name}: {name.Replace('_', ' ')}");
            }).Where(row => row.Cells.Any(cell => cell is not null)));
        }

        return new ContactSheet(new ImageGrid { Title = "Training pictures of the four tasks, class by class", Rows = rows, CellSize = 56 });
    }

    /// <summary>Counts of weights and bytes for transformers of all sizes, beside the paper's numbers.</summary>
    /// <param name="rank">Rank r of the updates.</param>
    public static ResultTable CountWeights(int rank = MeLoPlan.Rank) => MeLoSizes.Table(rank);

    /// <summary>Share of the weights that is trained, against the size of the transformer.</summary>
    public static LineChart PlotShare() => MeLoSizes.PlotShare();

    /// <summary>Trains full fine-tuning, a linear probe and MeLo on some tasks, with the sweep's learning rates where they are stored.</summary>
    /// <param name="tasks">Names of the tasks; none takes the options'.</param>
    public MeLoLive Train(params string[] tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        string[] chosen = tasks.Length > 0 ? tasks : [.. Options.LiveTasks];
        var plans = chosen.Select(name => _plan.Tasks.First(plan => plan.Task == TargetTask.Find(name).Name)).ToArray();
        using var progress = Lab.Progress("Training");
        var backbone = ShippedCheckpoints.Load<VisionTransformer>(_lab, ShippedCheckpoints.MiniVitName);
        var (trained, notes) = (new List<(TargetTask, TaskData, IReadOnlyList<LiveFit>)>(), new List<string>());
        var (done, total) = (0, plans.Length * MeLoPreset.Arms.Count);
        foreach (var plan in plans)
        {
            var task = TargetTask.Find(plan.Task);
            var data = Data(plan);
            var (fits, unknown) = (new List<LiveFit>(), new List<string>());
            trained.Add((task, data, fits));
            foreach (var arm in MeLoPreset.Arms)
            {
                var (rate, isStored) = RateOf(plan, arm);
                unknown.AddRange(isStored ? [] : [arm.Name]);
                fits.Add(LiveFit.Train(_lab, backbone, task.Name, task.Classes.Count, data, arm, MeLoFit.Recipe(MeLoPlan.Fit(plan, arm, rate)),
                    share => progress.Report((done + share) / total, $"{task.Name}, {arm.Name}")));
                done++;
            }

            if (unknown.Count > 0)
            {
                notes.Add($"{task.Name}: no chosen learning rate is stored for {string.Join(", ", unknown)}; the middle of those to be tried was taken.");
            }
        }

        progress.Finish($"{total} trainings");
        return new MeLoLive(backbone, trained, notes);
    }

    /// <summary>The sweep's stored runs.</summary>
    public MeLoRuns Stored() => new(_lab);

    /// <summary>Puts all four tasks on one backbone, through their files; tasks that were not trained yet are trained with MeLo.</summary>
    /// <param name="live">What <see cref="Train"/> gave.</param>
    public MeLoServer Serve(MeLoLive live)
    {
        ArgumentNullException.ThrowIfNull(live);
        return MeLoServer.Open(_lab, _plan, live, Data, (plan, arm) => RateOf(plan, arm).Rate);
    }

    /// <summary>Times four ways of switching on this machine, now, and weighs the files.</summary>
    /// <returns>Time of each way, and disk against the number of tasks.</returns>
    public (LineChart Times, LineChart Disk) MeasureSwitching()
    {
        using var progress = Lab.Progress("Switching");
        var run = MeLoSwitching.Run(_lab, _plan.Switching(), (share, what) => progress.Report(share, what)).Measurements;
        progress.Finish($"{_plan.Repetitions} rounds");
        return (MeLoServer.PlotTimes([run], "on this machine, now"), MeLoServer.PlotDisk(run));
    }

    /// <summary>Times training steps of larger transformers on made data: what needs neither weights nor pictures.</summary>
    public ResultTable MeasureSizes() => MeLoSizes.Measure(_lab, Options);

    /// <summary>Two steps of the published recipe on made data, for every method: proves that the path works at a size, not that it learns.</summary>
    /// <param name="size">One of <see cref="Sizes"/>.</param>
    /// <param name="steps">Training steps.</param>
    public ResultTable DryRun(string size = "mini", int steps = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return ResultTable.From(MeLoSizes.DryRun(_lab, size, steps).Select(row => new { row.Method, row.Trained, Losses = string.Join(", ", row.Losses.Select(loss => loss.ToString("0.000", CultureInfo.InvariantCulture))) }))
            .Rename("Trained", "Trained weights").Rename("Losses", "Loss of each step").WithCaption($"{size}: {steps} steps of the published recipe on made data");
    }

    /// <summary>Trains the three methods on somebody's own images.</summary>
    /// <param name="folder">
    /// Folder of images: one of the paper's four sets as it is unpacked, a folder with a CSV table (columns image, label, and split and patient where there are any), or one folder per class.
    /// Null takes the environment variable <c>ROBUSTVLM_IMAGES</c>; without it, some drawn pictures are written to a folder and read back.
    /// </param>
    /// <param name="backbone">A safetensors file with a vision transformer in timm's names. Null takes <c>ROBUSTVLM_BACKBONE</c>; without it, the shipped mini transformer.</param>
    public MeLoOwnImages TrainOwnImages(string? folder = null, string? backbone = null) => MeLoOwnImages.Train(_lab, Options, folder, backbone);

    /// <summary>Trains the three methods on those of the paper's four sets that this machine has, see <see cref="DataSetRegistry"/>.</summary>
    /// <param name="backbone">As in <see cref="TrainOwnImages"/>.</param>
    /// <returns>One entry per set that is there; none at other scales than Paper.</returns>
    public IReadOnlyList<MeLoOwnImages> TrainPublishedSets(string? backbone = null) => _lab.Scale != Scale.Paper ? [] :
        [.. s_published.Where(DataSetRegistry.IsAvailable).Select(name => MeLoOwnImages.Train(_lab, Options, DataSetRegistry.Open(name), DataSetRegistry.Find(name).Title, backbone))];

    /// <summary>Frees the pictures of the tasks.</summary>
    public void Dispose()
    {
        foreach (var data in _drawn.Values)
        {
            data.Dispose();
        }

        _drawn.Clear();
    }

    // Without a stored choice the middle of the rates that would be tried.
    private (double Rate, bool IsStored) RateOf(TaskPlan plan, MeLoArm arm)
    {
        var stored = _lab.Scale == Scale.Paper ? null : MeLoSweep.LearningRateOf(_lab.WithSeed(MeLoPlan.ChoosingSeed), _plan, plan, MeLoPlan.TunedArm(arm));
        return (stored ?? MeLoPlan.LearningRatesOf(arm.Mode)[1], stored is not null);
    }

    private TaskData Data(TaskPlan plan)
    {
        if (!_drawn.TryGetValue(plan.Task, out var data))
        {
            data = TargetTask.Find(plan.Task).Create(_lab, plan.Pictures, VisionTransformerOptions.Mini.ImageSize);
            foreach (var part in new[] { data.Train, data.Validation, data.Test })
            {
                _ = (part.Images.DetachFromDisposeScope(), part.Labels.DetachFromDisposeScope(), part.Patients.DetachFromDisposeScope());
            }

            _drawn.Add(plan.Task, data);
        }

        return data;
    }
}
