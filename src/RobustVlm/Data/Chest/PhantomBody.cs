using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Size of the chest and outline of the body with neck, shoulders and arms.</summary>
/// <remarks>Lengths are in patient coordinates.</remarks>
internal sealed class PhantomBody
{
    internal PhantomBody(PhantomFrame frame, PhantomDraws patient)
    {
        Adiposity = patient.Uniform();
        Chest = patient.Bell(0.71, 0.05) + 0.02 * Adiposity;
        Top = patient.Bell(-0.74, 0.05);
        Height = patient.Bell(1.30, 0.12) - 0.14 * frame.Portable;   // lying down, nobody breathes in as deeply
        Base = Top + Height;
        BelowTop = frame.Y - Top;

        var (u, y) = (frame.U, frame.Y);
        var neck = patient.Uniform(0.20, 0.27);
        var slope = patient.Uniform(0.28, 0.45);
        var beside = (u - neck).clamp_min(0);

        // Steep at the neck, flat along the collarbone, round at the upper arm.
        var shoulder = Top - 0.25 + slope * beside + 1.2 * (u - 0.80).relu_().square() - 0.10 * (beside * (-1 / 0.07)).exp_();
        var depth = Max((y - shoulder) * 0.9, neck + 0.03 * (-0.85 - y).relu_() - u).minimum(1.3 - u);

        var flank = Chest + 0.09 + 0.12 * Adiposity + patient.Uniform(-0.02, 0.04);
        var flankEdge = flank + 0.02 * (3 * y).sin_() - 0.03 * (y + 0.2);
        var armpit = Top + patient.Uniform(0.42, 0.75) + 0.5 * frame.Portable * patient.Uniform();
        var arm = flank + 0.03 + patient.Uniform() * (0.05 + 0.5 * (y - armpit).relu_()) * (1 - 0.8 * frame.Portable);
        var gap = Inside(y - armpit, 0.04) * Inside(u - flankEdge, frame.Pixel) * Inside(arm - u, frame.Pixel);

        Silhouette = Inside(depth, frame.Pixel * 0.8) * (1 - gap);
        var rim = (depth * (1 / 0.35)).clamp_(0, 1).sqrt_();
        var wall = 0.58 + 0.42 * Inside(flankEdge - u, 0.03) * Dome((flankEdge - u) * 4);
        Attenuation = Silhouette * (0.30 + 0.62 * rim * wall + 0.12 * Adiposity);
    }

    /// <summary>0 thin to 1 obese, [N, 1, 1].</summary>
    internal Tensor Adiposity { get; }

    /// <summary>Half the inner width of the chest, [N, 1, 1].</summary>
    internal Tensor Chest { get; }

    /// <summary>Height of the lungs' tips, [N, 1, 1].</summary>
    internal Tensor Top { get; }

    /// <summary>From the tips to the lowest point of the lungs, [N, 1, 1].</summary>
    internal Tensor Height { get; }

    /// <summary>Lowest point of the lungs, [N, 1, 1].</summary>
    internal Tensor Base { get; }

    /// <summary>Distance below the lungs' tips, [N, H, W].</summary>
    internal Tensor BelowTop { get; }

    /// <summary>1 where the beam passes the body, [N, H, W].</summary>
    internal Tensor Silhouette { get; }

    /// <summary>Attenuation of a body without organs, [N, H, W].</summary>
    internal Tensor Attenuation { get; }
}
