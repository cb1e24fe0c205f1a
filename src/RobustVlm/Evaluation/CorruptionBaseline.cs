namespace RobustVlm.Evaluation;

/// <summary>Errors of the network that a corruption benchmark divides by.</summary>
/// <param name="Name">Which network on which set.</param>
/// <param name="Set">Name of the <see cref="Data.Corruptions.CorruptionSet"/> whose parameters the images were corrupted with.</param>
/// <param name="CleanError">Error on clean images, 0 to 1.</param>
/// <param name="Errors">For each corruption, the mean error over the five severities, 0 to 1.</param>
/// <param name="IsBalanced">Whether the errors are one minus balanced accuracy, else one minus accuracy.</param>
public sealed record CorruptionBaseline(string Name, string Set, double CleanError, IReadOnlyDictionary<string, double> Errors, bool IsBalanced)
{
    /// <summary>AlexNet on ImageNet-C; the divisors of the mean corruption error (arXiv:1903.12261, and as constants in the evaluation code of several papers).</summary>
    public static CorruptionBaseline AlexNetOnImageNetC { get; } = new("AlexNet on ImageNet-C", "ImageNet-C", 0.435, new Dictionary<string, double>
    {
        ["gaussian_noise"] = 0.886428,
        ["shot_noise"] = 0.894468,
        ["impulse_noise"] = 0.922640,
        ["defocus_blur"] = 0.819880,
        ["glass_blur"] = 0.826268,
        ["motion_blur"] = 0.785948,
        ["zoom_blur"] = 0.798360,
        ["snow"] = 0.866816,
        ["frost"] = 0.826572,
        ["fog"] = 0.819324,
        ["brightness"] = 0.564592,
        ["contrast"] = 0.853204,
        ["elastic_transform"] = 0.646056,
        ["pixelate"] = 0.717840,
        ["jpeg_compression"] = 0.606500,
    }, IsBalanced: false);

    /// <summary>AlexNet on the twelve sets of MedMNIST-C: balanced errors from the authors' code (github.com/francescodisalvo05/medmnistc-api, commit 8acfd27).</summary>
    public static IReadOnlyDictionary<string, CorruptionBaseline> AlexNetOnMedMnistC { get; } = MedMnistBaselines.All();

    /// <summary>How the errors were measured, where <see cref="CorruptionReport"/> does not measure them that way and so cannot be compared; else null.</summary>
    public string? OtherMetric { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name}: {Errors.Count} corruptions, {(IsBalanced ? "balanced errors" : "errors")}" + (OtherMetric is null ? "" : $" ({OtherMetric})");
}
