using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>What all classes of a family share in a picture: colours, place, light, noise. Its numbers decide about captions too.</summary>
/// <param name="numbers">Float tensor [n, columns], in [0, 1): the first <see cref="Columns"/> are read by <see cref="FamilyCaptions"/>.</param>
/// <param name="style">How the family varies.</param>
internal sealed class FamilyLook(Tensor numbers, FamilyStyle style)
{
    /// <summary>Columns that captions need: colours, place x, place y, scale.</summary>
    internal const int Columns = 4;

    private readonly PhantomDraws _draws = new(numbers);

    /// <summary>Index of the pair of colours for a number in [0, 1).</summary>
    internal static int PairAt(double number) => Math.Min((int)(number * Hue.Contrasts.Length), Hue.Contrasts.Length - 1);

    /// <summary>Where the object may go at a scale, in picture coordinates to either side.</summary>
    internal static double Room(double scale, FamilyStyle style) => Math.Max(0, 1 - scale) * style.Wander;

    /// <summary>Sets colours, paints the background and places the object.</summary>
    internal void Prepare(Scene scene, Action<Scene> paintBackground)
    {
        var pair = (_draws.Uniform() * Hue.Contrasts.Length).floor_().clamp_max_(Hue.Contrasts.Length - 1).to(ScalarType.Int64).flatten();
        var (right, down) = (_draws.Uniform(-1, 1), _draws.Uniform(-1, 1));
        var scale = _draws.Uniform(style.LeastScale, style.LargestScale);
        var room = (1 - scale).clamp_min_(0) * style.Wander;
        scene.Ink = Vary(Pick(scene, pair, contrast => contrast.Front));
        scene.Paper = Vary(Pick(scene, pair, contrast => contrast.Back));
        paintBackground(scene);
        var mirror = style.Mirrored ? 1 - 2 * _draws.Chance(0.5) : ones_like(scale);
        scene.Pose(right * room, down * room, scale, _draws.Uniform(-style.Turn, style.Turn), mirror);
    }

    /// <summary>Light and noise of the finished picture.</summary>
    internal Tensor Finish(Scene scene, Tensor noise)
    {
        var (angle, slope) = (_draws.Uniform(0, 2 * Math.PI), _draws.Uniform(0, 0.18));
        var light = (scene.FilmX * angle.cos() + scene.FilmY * angle.sin()) * slope + _draws.Uniform(0.82, 1.12);
        var haze = _draws.Uniform(0, 0.12);
        var gain = (light * (1 - haze)).unsqueeze(1);
        return (scene.Picture * gain).addcmul_(noise, _draws.Uniform(0.01, style.Noise).unsqueeze(-1), 1).add_((haze * 0.6).unsqueeze(-1)).clamp_(0, 1);
    }

    private static Tensor Pick(Scene scene, Tensor pair, Func<(int Front, int Back), int> which)
    {
        var values = Hue.Contrasts.Select(which).SelectMany(i => new[] { (float)Hue.All[i].Red, (float)Hue.All[i].Green, (float)Hue.All[i].Blue }).ToArray();
        return tensor(values, [Hue.Contrasts.Length, 3], device: scene.Device).index_select(0, pair).view(-1, 3, 1, 1);
    }

    private Tensor Vary(Tensor colour) =>
        (colour + cat([_draws.Bell(0, 0.07), _draws.Bell(0, 0.07), _draws.Bell(0, 0.07)], 1).unsqueeze(-1)).clamp_(0, 1);
}
