using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>Signed distances whose parameters vary from picture to picture, and colours that suit any background.</summary>
internal static class Varied
{
    /// <summary>A line with round ends between points that are float tensors [n, 1, 1].</summary>
    internal static Tensor Segment(Tensor x, Tensor y, Tensor fromX, Tensor fromY, Tensor toX, Tensor toY, double width)
    {
        var (dx, dy) = (toX - fromX, toY - fromY);
        var (px, py) = (x - fromX, y - fromY);
        var along = ((px * dx + py * dy) / (dx.square() + dy.square()).clamp_min(1e-9)).clamp_(0, 1);
        return width / 2 - Length(px - along * dx, py - along * dy);
    }

    /// <summary>Coordinates in one of equal sectors round the origin: along its middle line and across it.</summary>
    /// <param name="x">Float tensor [n, H, W].</param>
    /// <param name="y">Float tensor [n, H, W].</param>
    /// <param name="sectors">Float tensor [n, 1, 1], number of sectors.</param>
    /// <param name="phase">Float tensor [n, 1, 1], direction of one middle line in radians.</param>
    internal static (Tensor Along, Tensor Across) Sector(Tensor x, Tensor y, Tensor sectors, Tensor phase)
    {
        var period = 2 * Math.PI / sectors;
        var turns = (y.atan2(x) - phase) / period;
        var angle = (turns - turns.round()) * period;
        var radius = Length(x, y);
        return (radius * angle.cos(), radius * angle.sin());
    }

    /// <summary>A number of things from low to high, equally likely.</summary>
    /// <returns>Float tensor [n, 1, 1], whole numbers.</returns>
    internal static Tensor Number(Scene scene, int low, int high) => scene.Draws.Uniform(low, high + 1).floor_().clamp_max_(high);

    /// <summary>Paints a rim round a shape, dark on light backgrounds and light on dark ones, so that any colour inside is seen.</summary>
    internal static void Rim(Scene scene, Tensor distance, double width = 0.1)
    {
        var bright = scene.Paper.mean([1L, 2L, 3L], keepdim: true).gt(0.5).to(ScalarType.Float32);
        scene.Fill(distance + width, 0.95 - 0.87 * bright);
    }

    /// <summary>Prints some of the finished pictures in other colours or in greys, so that no class has a colour of its own.</summary>
    internal static void Reprint(Scene scene)
    {
        Tensor Channels(params long[] order) => scene.Picture.index_select(1, tensor(order, device: scene.Device));
        void Swap(Tensor other, double probability) => scene.Picture = scene.Picture + scene.Draws.Chance(probability).unsqueeze(-1) * (other - scene.Picture);
        Swap(Channels(1, 2, 0), 0.25);
        Swap(Channels(2, 1, 0), 0.3);
        var grey = scene.Draws.Uniform(-1, 1).clamp_min_(0).unsqueeze(-1);
        scene.Picture = scene.Picture + grey * (scene.Picture.mean([1L], keepdim: true) - scene.Picture);
    }

    /// <summary>Draws brightness, contrast and tint of the finished pictures anew, so that they tell little about the class.</summary>
    internal static void EvenOut(Scene scene)
    {
        var level = scene.Picture.mean([1L, 2L, 3L], keepdim: true);
        var contrast = (scene.Picture - level) * scene.Draws.Uniform(0.8, 1.3).unsqueeze(-1);
        var mean = scene.Draws.Uniform(0.25, 0.6).unsqueeze(-1);
        scene.Picture = ((mean * 0.6 + level * 0.4 + contrast) * scene.Between((1.3, 1.1, 0.8), (0.75, 0.95, 1.25))).clamp(0, 1);
    }
}
