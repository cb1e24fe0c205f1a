using System.Diagnostics;
using RobustVlm.Attacks;
using RobustVlm.Data.Worlds;
using RobustVlm.Engine;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>
/// Attacks on the shipped mini ViT beside torchattacks' PGD and fra31's AutoAttack: time, and what share of the pictures is still right,
/// because a fast attack that breaks less has won nothing.
/// </summary>
internal static class AttackFigures
{
    public const string FolderVariable = "ROBUSTVLM_BENCH_ATTACKS";

    // Most pictures fall at it, some stand: attacks then do all of their work.
    private const double Epsilon = 0.5 / 255;
    private const int Attacked = 64;
    private const int AutoAttacked = 24;

    /// <summary>Where the Python side finds the same network and pictures.</summary>
    public static string Folder { get; } = Path.Combine(Path.GetTempPath(), "robustvlm-bench-attacks-1");

    public static IReadOnlyList<Figure> All { get; } =
    [
        .. Pictures("attacks-pgd20", "PGD with 20 steps on the mini ViT, gradients in float32", ScalarType.Float32, Goal.None),
        .. Pictures("attacks-pgd20-bf16", "the same, gradients in bfloat16, Python as installed in float32", ScalarType.BFloat16, Goal.Python(2, 2)),
        .. Ensemble("attacks-auto", "AutoAttack (standard, L-infinity), gradients in float32", ScalarType.Float32, Goal.None),
        .. Ensemble("attacks-auto-bf16", "the same, gradients in bfloat16, Python as installed in float32", ScalarType.BFloat16, Goal.Python(2, 2)),
    ];

    // Pictures leave at the first point that fools, which torchattacks has no setting for; AutoAttack does so on both sides, between its attacks.
    private static IEnumerable<Figure> Pictures(string name, string about, ScalarType type, Goal goal) => Timed(
        name, $"{about}, {Attacked} pictures", Attacked, Unit.ImagesPerSecond, seconds => Attacked / seconds, goal,
        () => new Pgd(new PgdOptions { Epsilon = new PixelBudget(Epsilon), StepSize = new PixelBudget(Epsilon / 4), StopWhenFooled = true, GradientType = type }));

    private static IEnumerable<Figure> Ensemble(string name, string about, ScalarType type, Goal goal) => Timed(
        name, $"{about}, {AutoAttacked} pictures", AutoAttacked, Unit.Seconds, seconds => seconds, goal,
        () => new AutoAttack(new AutoAttackOptions { Epsilon = new PixelBudget(Epsilon), Classes = WorldCatalog.Source.Classes.Count, GradientType = type }));

    // Two figures from one run: its time, and what share of the pictures is still right.
    private static IEnumerable<Figure> Timed(string name, string about, int count, Unit unit, Func<double, double> number, Goal goal, Func<IImageAttack> make)
    {
        var right = double.NaN;
        yield return new Figure(name, about, unit, goal, () =>
        {
            var (model, images, labels) = Problem(count);
            var attack = make();
            new Pgd(new PgdOptions { Steps = 2 }).Perturb(model.call, images, labels, new Generator(1)).Dispose();   // libtorch picks its kernels at first use
            return () =>
            {
                using var scope = NewDisposeScope();
                using var random = new Generator(1);
                var clock = Stopwatch.StartNew();
                var attacked = attack.Perturb(model.call, images, labels, random);
                var seconds = clock.Elapsed.TotalSeconds;
                using var noGradient = no_grad();
                right = model.call(attacked).argmax(1).eq(labels).to(ScalarType.Float64).mean().item<double>();
                return number(seconds);
            };
        })
        { NeedsReference = true };
        yield return new Figure(name + "-right", "the share of them that is still right", Unit.Percent, Goal.None, () => () => right) { NeedsReference = true };
    }

    private static (VisionTransformer Model, Tensor Images, Tensor Labels) Problem(int count)
    {
        var model = Checkpoint.Load<VisionTransformer>(Checkpoints.Find("mini-vit-"));
        model.eval();
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        using var batch = WorldCatalog.Source.Render(Attacked, model.Options.ImageSize, random);
        var tensors = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
        tensors["bench.images"] = batch.Images;
        tensors["bench.labels"] = batch.Labels;
        tensors["bench.epsilon"] = tensor(Epsilon, dtype: ScalarType.Float32);
        Directory.CreateDirectory(Folder);
        Safetensors.Write(Path.Combine(Folder, "model.safetensors"), tensors);
        return (model, batch.Images.narrow(0, 0, count).clone().DetachFromDisposeScope(), batch.Labels.narrow(0, 0, count).clone().DetachFromDisposeScope());
    }
}
