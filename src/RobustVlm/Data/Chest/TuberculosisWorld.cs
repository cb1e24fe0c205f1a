using RobustVlm.Data.Worlds;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Screening for tuberculosis in the manner of the Shenzhen set (Jaeger et al. 2014): patches and cavities at the top of the lungs, or nothing.</summary>
/// <param name="options">Settings of the phantom; size and reports are not used. Null takes the defaults.</param>
public sealed class TuberculosisWorld(ChestPhantomOptions? options = null) : IWorld
{
    private static readonly string[] s_templates = ["a chest radiograph showing {0}.", "{0} on a chest radiograph.", "frontal chest film: {0}."];
    private static readonly string[][] s_phrases =
        [["a normal chest", "clear lungs", "no sign of tuberculosis"], ["pulmonary tuberculosis", "apical tuberculosis", "tuberculosis with upper zone opacities"]];

    private readonly ChestPhantomOptions _options = options ?? new ChestPhantomOptions();

    /// <inheritdoc/>
    public string Name => "tuberculosis";

    /// <inheritdoc/>
    public string Title => "Tuberculosis screening";

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; } = ["normal", "tuberculosis"];

    /// <inheritdoc/>
    public int Channels => 1;

    /// <inheritdoc/>
    public int? NativeSize => null;

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<string>> Prompts { get; } = [.. s_phrases.Select(phrases => s_templates.Select(template => Fill(template, phrases[0])).ToArray())];

    /// <inheritdoc/>
    public WorldBatch Render(Tensor labels, int size, Generator random, Device? device = null, Action<double>? progress = null)
    {
        WorldGuard.Check(labels, Classes.Count, size);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        var ill = labels.to(random.device).eq(1).to(ScalarType.Float32).unsqueeze(1);
        var known = labels.cpu().data<long>().ToArray();
        var batch = ConditionPictures.Render(
            nn.functional.pad(ill, [ChestConditions.Tuberculosis, 0]), labels, _options with { Size = size },
            (choose, i) => Fill(choose.From(s_templates), choose.From(s_phrases[known[i]])), random, device, progress);
        return batch.DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Title}: {string.Join(", ", Classes)}";

    private static string Fill(string template, string phrase)
    {
        var text = template.Replace("{0}", phrase, StringComparison.Ordinal);
        return char.ToUpperInvariant(text[0]) + text[1..];
    }
}
