using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Turns attenuation into a picture: leads and tubes, exposure, film curve, noise, collimation, side marker.</summary>
internal static class PhantomFilm
{
    /// <summary>Takes the radiographs.</summary>
    /// <param name="frame">Positions and sites.</param>
    /// <param name="body">Where the lungs' tips are.</param>
    /// <param name="attenuation">Float tensor [N, H, W], 0 for air.</param>
    /// <param name="image">Numbers of each image.</param>
    /// <param name="noise">Float tensor [N, H, W], normally distributed.</param>
    /// <returns>Float tensor [N, H, W], pixels in [0, 1].</returns>
    internal static Tensor Expose(PhantomFrame frame, PhantomBody body, Tensor attenuation, PhantomDraws image, Tensor noise)
    {
        using var scope = NewDisposeScope();
        var seen = attenuation + Leads(frame, image) + Tube(frame, body, image);
        var exposure = image.Uniform(0.85, 1.20) * (1 - 0.05 * frame.Portable);
        var contrast = image.Uniform(1.25, 1.70) - 0.2 * frame.Portable;
        var grey = 1 - (seen.relu_() * (-contrast * exposure)).exp_();

        var black = image.Uniform(0.12, 0.22) - frame.Portable * image.Uniform(0.1, 0.2);
        var white = image.Uniform(0.86, 0.93) + frame.Portable * image.Uniform(0, 0.1);
        grey = Shoulder((grey - black) / (white - black)).clamp_(0, 1).pow(image.Uniform(0.85, 1.15) + 0.15 * frame.Portable);
        var uneven = 1 + frame.Portable;
        grey = grey * (1 + image.Bell(0, 0.06) * uneven * frame.FilmX + image.Bell(0, 0.05) * uneven * frame.FilmY);

        // Noise is strongest where the film is dark.
        var deviation = image.Uniform(0.006, 0.016) + frame.Portable * image.Uniform(0.006, 0.024);
        grey = grey + deviation * noise * (1.2 - 0.6 * grey);
        return (grey * Collimation(frame, image)).maximum(Marker(frame, image)).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Bright greys are compressed, as by the shoulder of a film curve.</summary>
    private static Tensor Shoulder(Tensor grey)
    {
        var over = (grey - 0.8).relu();
        return grey - over + 0.2 * (over * 5).tanh_();
    }

    private static Tensor Leads(PhantomFrame frame, PhantomDraws image)
    {
        using var scope = NewDisposeScope();
        var present = frame.Portable * image.Chance(0.85);
        return (0.18 * present * Lead(frame, image).maximum(Lead(frame, image))).MoveToOuterDisposeScope();
    }

    private static Tensor Lead(PhantomFrame frame, PhantomDraws image)
    {
        var (startX, startY) = (image.Uniform(-0.6, 0.6), image.Uniform(-0.5, 0.4));
        var (dx, dy) = (frame.X - startX, frame.Y - startY);
        var swing = image.Uniform(0.05, 0.15) * (image.Uniform(3, 7) * dy + image.Uniform(0, 2 * Math.PI)).sin_();
        var wire = frame.Line(dx - image.Uniform(-0.5, 0.5) * dy - swing, 0.35, 0.006) * Inside(dy, 0.02);
        var electrode = Inside(0.028 - Length(dx, dy), frame.Pixel * 0.3 + 0.004);
        return wire.maximum(1.4 * electrode);
    }

    private static Tensor Tube(PhantomFrame frame, PhantomBody body, PhantomDraws image)
    {
        using var scope = NewDisposeScope();
        var present = frame.Portable * image.Chance(0.5);
        return (0.14 * present * frame.Line(frame.X - 0.012 * (4 * frame.Y).sin_(), 0.3) * Inside(0.30 - body.BelowTop, 0.02)).MoveToOuterDisposeScope();
    }

    private static Tensor Collimation(PhantomFrame frame, PhantomDraws image)
    {
        using var scope = NewDisposeScope();
        var narrow = image.Chance(0.35);
        Tensor Edge(Tensor position) => Inside(1.15 - image.Uniform(0.05, 0.27) * narrow - position, frame.Pixel * 0.4);
        return (Edge(frame.FilmX) * Edge(-frame.FilmX) * Edge(-frame.FilmY)).MoveToOuterDisposeScope();
    }

    /// <summary>The letter L at the patient's left shoulder.</summary>
    private static Tensor Marker(PhantomFrame frame, PhantomDraws image)
    {
        using var scope = NewDisposeScope();
        const double Size = 0.055;
        const double Stroke = 0.014;
        var x = frame.FilmX - image.Uniform(0.72, 0.86);
        var y = frame.FilmY - image.Uniform(-0.90, -0.72);
        var edge = frame.Pixel * 0.45 + 0.004;
        var upright = Inside(Stroke - (x + 0.6 * Size).abs_(), edge) * Inside(Size - y.abs(), edge);
        var foot = Inside(Stroke - (y - Size).abs_(), edge) * Inside(0.6 * Size - x.abs(), edge);
        return (upright.maximum(foot) * image.Uniform(0.85, 1)).MoveToOuterDisposeScope();
    }
}
