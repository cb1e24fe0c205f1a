using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Hila and the vessels that branch from them into the lungs.</summary>
/// <remarks>
/// A binary tree in polar coordinates round the hilum: trunks at equal angles; at three radii every branch parts in two. Folding
/// the angle at each branching gives the distance to the nearest vessel of the whole tree without a loop over vessels.
/// </remarks>
internal sealed class PhantomVessels
{
    internal PhantomVessels(PhantomFrame frame, PhantomThorax thorax, PhantomDraws patient)
    {
        var body = thorax.Body;
        var dx = frame.U - patient.Uniform(0.15, 0.19);
        var dy = body.BelowTop - 0.46 * body.Height + 0.04 * frame.Left;   // the left hilum is a little higher
        FromHilum = (dx.square() + dy.square()).add_(1e-5).sqrt_();

        var phase = frame.Pick(patient.Uniform(0, 2 * Math.PI), patient.Uniform(0, 2 * Math.PI));
        var angle = dy.atan2(dx) + phase + 0.22 * frame.Wave + 0.07 * frame.Mottle;
        var congestion = frame.Is(Finding.Edema) * frame.Severity;
        var widening = 1 + 0.3 * frame.Is(Finding.Edema) + 0.7 * congestion;
        var bent = FromHilum * (1 + 0.25 * frame.Wave);
        var arteries = Tree(frame, angle, bent, 7, 0.017 * widening) * 0.20;
        var veins = Tree(frame, 1.3 - angle + 0.25 * frame.Mottle, bent, 9, 0.012 * widening) * 0.13;
        Branches = (arteries + veins) * (1.1 - FromHilum).clamp_(0, 1);
        Hila = (0.22 * Ridge(FromHilum, 0.11) + 0.10 * Ridge(FromHilum, 0.2)) * (1 + 0.5 * congestion);
    }

    /// <summary>Distance from the hilum of the same side, [N, H, W].</summary>
    internal Tensor FromHilum { get; }

    /// <summary>Density of the branches, [N, H, W].</summary>
    internal Tensor Branches { get; }

    /// <summary>Density of the hila, [N, H, W].</summary>
    internal Tensor Hila { get; }

    private Tensor Tree(PhantomFrame frame, Tensor angle, Tensor bentRadius, int trunks, Tensor trunkWidth)
    {
        using var scope = NewDisposeScope();
        var spacing = 2 * Math.PI / trunks;
        var fold = (angle - spacing * (angle * (1 / spacing)).round_()).abs_();
        (double Start, double Speed)[] branchings = [(0.12, 1.6), (0.26, 1.8), (0.40, 2.0)];
        var half = spacing / 4;
        foreach (var (start, speed) in branchings)
        {
            fold = (fold - ((bentRadius - start) * speed).clamp_(0, 1) * half).abs_();
            half /= 2;
        }

        var width = trunkWidth * (1.15 - 1.05 * (FromHilum * (1 / 0.75)).clamp_max(1)) + 0.002;

        // A vessel thinner than a pixel is drawn as wide as a pixel and as much fainter.
        var drawn = (width.square() + frame.Pixel * frame.Pixel * 0.16).sqrt_();
        return (width / drawn * Ridge(fold * FromHilum, drawn)).MoveToOuterDisposeScope();
    }
}
