using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Methods.LowRank;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>One backbone in memory that serves several tasks from their files.</summary>
public sealed class MeLoServer : IDisposable
{
    /// <summary>JPEG quality of sheets with text below the pictures.</summary>
    internal const int PictureQuality = 88;

    private const double Kibi = 1024;

    private readonly VisionTransformer _backbone;
    private readonly IReadOnlyList<Served> _tasks;

    private MeLoServer(VisionTransformer backbone, LowRankClassifier model, IReadOnlyList<Served> tasks) => (_backbone, Model, _tasks) = (backbone, model, tasks);

    /// <summary>The model: <c>Switch</c> to a task, then call it.</summary>
    public LowRankClassifier Model { get; }

    /// <summary>The tasks, their files, and whether the loaded classifier gives the same logits as the trained one.</summary>
    public ResultTable Table => ResultTable
        .From(_tasks.Select(task => new { Task = task.Task.Name, Classes = task.Task.Classes.Count, File = task.Bytes / Kibi, Test = task.Auroc, Same = task.Same ? "yes, bit by bit" : "no" }))
        .Rename("File", "File, KiB").Rename("Test", "Test AUROC").Rename("Same", "Logits as trained").WithDecimals("File, KiB", 1).WithDecimals("Test AUROC", 3)
        .WithCaption("One backbone in memory, one small file per task");

    /// <summary>Asks every task about some of its pictures, switching before each picture.</summary>
    /// <param name="count">Pictures per task.</param>
    public ContactSheet Answer(int count = 5)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var cells = _tasks.Select(_ => new List<GridCell>()).ToArray();
        for (var i = 0; i < count; i++)
        {
            foreach (var (row, task) in _tasks.Index())
            {
                Model.Switch(task.Task.Name);
                if (i < task.Pictures.Images.shape[0])
                {
                    cells[row].Add(Cell(task, i));
                }
            }
        }

        return new ContactSheet(new ImageGrid
        {
            Title = "Four clinics, one backbone: the task is switched before every picture",
            Rows = [.. _tasks.Select((task, row) => new GridRow([.. cells[row]], task.Task.Name))],
            CellSize = 112,
        })
        { Quality = PictureQuality };
    }

    /// <summary>Frees the model and the pictures.</summary>
    public void Dispose()
    {
        Model.Dispose();
        _backbone.Dispose();
        foreach (var task in _tasks)
        {
            task.Pictures.Dispose();
        }
    }

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <inheritdoc/>
    public override string ToString() => Table.ToString() ?? "";

    /// <summary>Trains what is missing, writes a file per task, and loads all of them onto a fresh backbone.</summary>
    internal static MeLoServer Open(Lab lab, MeLoPlan plan, MeLoLive live, Func<TaskPlan, TaskData> dataOf, Func<TaskPlan, MeLoArm, double> rateOf)
    {
        const int kept = 24;
        using var progress = Lab.Progress("Serving four tasks");
        var folder = Directory.CreateDirectory(Path.Combine(lab.WorkFolder(MeLoSweep.Id), "tasks")).FullName;
        var arm = MeLoPlan.MeLo();
        var backbone = ShippedCheckpoints.Load<VisionTransformer>(lab, ShippedCheckpoints.MiniVitName);
        var model = new LowRankClassifier(backbone, new LowRankOptions { Rank = arm.Rank, Alpha = arm.Rank });
        var served = new List<Served>();
        foreach (var (index, part) in plan.Tasks.Index())
        {
            var task = TargetTask.Find(part.Task);
            var ready = live.Trained.FirstOrDefault(entry => entry.Task.Name == task.Name);
            var data = dataOf(part);
            var fit = ready.Fits?.Single(candidate => candidate.Arm == arm)
                ?? LiveFit.Train(lab, backbone, task.Name, task.Classes.Count, data, arm, MeLoFit.Recipe(MeLoPlan.Fit(part, arm, rateOf(part, arm))),
                    share => progress.Report((index + share) / plan.Tasks.Count, $"training {task.Name}"));
            try
            {
                var file = Path.Combine(folder, task.Name.Replace(' ', '-') + ".safetensors");
                ((LowRankClassifier)fit.Result.Classifier).Save(task.Name, file);
                model.Load(file);
                model.eval();
                var pictures = TaskPart.Join(data.Test.Slice(0, Math.Min(kept, data.Test.Count)));
                using var loaded = MeLo.Logits(model, pictures.Images);
                using var trained = MeLo.Logits(fit.Result.Classifier, pictures.Images);
                using var same = loaded.eq(trained).all();
                served.Add(new Served(task, pictures, new FileInfo(file).Length, fit.Auroc, same.item<bool>()));
            }
            finally
            {
                if (ready.Task is null)
                {
                    fit.Dispose();
                }
            }
        }

        progress.Finish($"{served.Count} tasks on one backbone");
        return new MeLoServer(backbone, model, served);
    }

    /// <summary>Time of each way to switch, on a logarithmic axis; a point is a mean over runs.</summary>
    internal static LineChart PlotTimes(IReadOnlyList<IReadOnlyList<Measurement>> runs, string source)
    {
        string[] ways = [MeLoSwitching.IndexRow, MeLoSwitching.CopyRow, MeLoSwitching.TaskFileRow, MeLoSwitching.FullRow];
        var any = runs.Count > 0;
        double[] times = [.. ways.Select(way => runs.SelectMany(run => run).Where(number => number.Row == way && number.Column == MeLoSwitching.TimeColumn).Select(number => number.Value).DefaultIfEmpty(double.NaN).Average())];
        return new LineChart
        {
            Title = $"Time to switch between four tasks ({source})",
            XTitle = "way of switching",
            XScale = AxisScale.Categorical,
            Categories = ways,
            YTitle = "microseconds per switch",
            YScale = AxisScale.Log,
            Series = [new LineSeries("median of a run", [0, 1, 2, 3], times) { Color = Palette.Of("melo"), Markers = true }],
            References = any ? [] : [new ReferenceLine(1, "no stored run yet")],
            Height = 380,
        };
    }

    /// <summary>Disk against the number of tasks: what a file per task and what a model per task take.</summary>
    internal static LineChart PlotDisk(IReadOnlyList<Measurement> run)
    {
        const double mebi = 1 << 20;
        double Bytes(string row) => run.First(number => number.Row == row && number.Column == MeLoSwitching.BytesColumn).Value / mebi;
        var tasks = TargetTask.All.Count;
        var (backbone, small, whole) = (Bytes(MeLoSwitching.BackboneRow), (Bytes(MeLoSwitching.MeLoRow) - Bytes(MeLoSwitching.BackboneRow)) / tasks, Bytes(MeLoSwitching.ModelsRow) / tasks);
        double[] counts = [1, 2, 4, 8, 16, 32];
        return new LineChart
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"Disk for many tasks: {small * 1024:0} KiB more per task instead of {whole * 1024:0} KiB"),
            XTitle = $"tasks (measured at {tasks}; the others by the same sizes)",
            XScale = AxisScale.Categorical,
            YTitle = "MiB on disk",
            Series =
            [
                new LineSeries(MeLoSwitching.ModelsRow, counts, [.. counts.Select(count => count * whole)]) { Color = Palette.Of(MeLoPlan.Full.Name) },
                new LineSeries(MeLoSwitching.MeLoRow, counts, [.. counts.Select(count => backbone + (count * small))]) { Color = Palette.Of("melo") },
            ],
            Height = 380,
        };
    }

    private GridCell Cell(Served task, int index)
    {
        using var scope = NewDisposeScope();
        var logits = Model.call(task.Pictures.Images.narrow(0, index, 1));
        if (!task.Task.HasSeveralLabels)
        {
            return AttackPictures.Answer(task.Pictures.Images.narrow(0, index, 1), logits.softmax(1), 0, (int)task.Pictures.Labels[index].item<long>(), task.Task.Classes);
        }

        var likeliest = (int)logits.argmax(1).item<long>();
        var there = task.Pictures.Labels[index].cpu().data<float>().ToArray();
        var truth = task.Task.Classes.Where((_, k) => there[k] > 0.5).ToArray();
        return new GridCell(TensorPicture.Of(task.Pictures.Images, index), string.Create(CultureInfo.InvariantCulture, $"{task.Task.Classes[likeliest]} {logits.sigmoid()[0, likeliest].item<float>():P0}"),
            truth.Length == 0 ? "(none)" : $"({string.Join(", ", truth)})");
    }

    private sealed record Served(TargetTask Task, TaskPart Pictures, long Bytes, double Auroc, bool Same);
}
