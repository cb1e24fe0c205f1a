using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>The findings of a chunk of phantoms: what they do to the lungs, and where they are.</summary>
/// <remarks>
/// Fluid takes the place of air along the beam instead of being added to the picture. So it is invisible behind the diaphragm,
/// as it is in a patient, and never whiter than soft tissue.
/// </remarks>
internal sealed class PhantomFindings
{
    internal PhantomFindings(PhantomFrame frame, PhantomThorax thorax, PhantomVessels vessels, PhantomDraws image)
    {
        var (centreX, centreY) = Centre(frame, thorax.Body, image);
        var fluid = Fluid(frame, thorax, frame.Severity, image.Uniform(-0.02, 0.04)) * frame.Affected * frame.Is(Finding.PleuralEffusion);
        var consolidation = Consolidated(frame, centreX, centreY, image);
        var edema = Wet(frame, thorax, vessels);
        var fromWall = thorax.Lungs.FromWall.minimum(thorax.Body.BelowTop);
        var gap = (0.07 + 0.26 * frame.Severity) * (1.35 - 0.75 * thorax.Lungs.Share.clamp(0, 1));   // widest at the apex
        var onSide = frame.Affected * frame.Is(Finding.Pneumothorax);
        var pleuralAir = Inside(gap - fromWall, frame.Pixel * 0.3 + 0.004) * onSide;
        var radius = 0.055 + 0.055 * frame.Severity;
        var fromNodule = Length(centreX, centreY);

        var filled = Max(0.97 * fluid, consolidation, edema);
        var collapsed = onSide * (1 - pleuralAir) * (0.08 + 0.27 * frame.Severity);
        var air = thorax.Air * (1 - filled) * (1 - collapsed) * (1 + 0.18 * pleuralAir);
        var structure = vessels.Branches * (1 - pleuralAir) * (1 - 0.75 * filled)
            + vessels.Hila * (1 - pleuralAir) + 0.03 * (frame.Grain + frame.Mottle) * (1 - 0.8 * pleuralAir);
        var pleura = frame.Line(fromWall - gap) * onSide * thorax.Lungs.Field;
        var nodule = Dome(1 - (fromNodule / radius).square(), 0) * Inside(radius - fromNodule, frame.Pixel * 0.3) * frame.Is(Finding.Nodule);

        LungAttenuation = 0.55 * structure * thorax.Lungs.Thickness * thorax.Parenchyma - 0.66 * air
            + 0.09 * pleura + 0.28 * nodule * (0.35 + 0.65 * thorax.Lungs.Field);

        var lung = thorax.Lungs.Field.gt(0.5);
        var inLung = fluid.gt(0.5).logical_or(consolidation.gt(0.25)).logical_or(pleuralAir.gt(0.5)).logical_or(edema.gt(0.15)).logical_and(lung);
        var anywhere = fromNodule.lt(radius).logical_and(frame.Is(Finding.Nodule).gt(0))
            .logical_or(thorax.Heart.gt(0.5).logical_and(frame.Is(Finding.Cardiomegaly).gt(0)));
        Mask = inLung.logical_or(anywhere).to(ScalarType.Float32);
    }

    /// <summary>What the lungs with their findings add to the attenuation of the body; negative where there is air, [N, H, W].</summary>
    internal Tensor LungAttenuation { get; }

    /// <summary>1 where the finding is, 0 elsewhere, [N, H, W].</summary>
    internal Tensor Mask { get; }

    /// <summary>Position relative to the middle of a consolidation or nodule.</summary>
    private static (Tensor X, Tensor Y) Centre(PhantomFrame frame, PhantomBody body, PhantomDraws image)
    {
        var outwards = image.Uniform(0.30, 0.50) + 0.05 * frame.Zone;
        var x = frame.X - outwards * (2 * frame.OnLeft - 1);
        var y = body.BelowTop - body.Height * (0.20 + 0.24 * frame.Zone) - image.Uniform(-0.05, 0.05);
        return (x, y);
    }

    /// <summary>1 below the surface of fluid of a severity, on both sides.</summary>
    internal static Tensor Fluid(PhantomFrame frame, PhantomThorax thorax, Tensor severity, Tensor jitter)
    {
        using var scope = NewDisposeScope();
        var lungs = thorax.Lungs;
        var depth = 0.10 + 0.62 * severity + jitter;

        // The surface is a meniscus: it climbs at the chest wall and a little at the mediastinum.
        var climb = (0.10 + 0.16 * severity) * (lungs.FromWall.clamp_min(0) * -10).exp_()
            + 0.05 * (lungs.FromMediastinum.clamp_min(0) * (-1 / 0.08)).exp_();
        var below = frame.Y - (lungs.DomeTop + 0.10 - depth - climb);
        return Inside(below, frame.Pixel * 0.5 + 0.012 + 0.035 * frame.Portable).MoveToOuterDisposeScope();
    }

    private static Tensor Consolidated(PhantomFrame frame, Tensor x, Tensor y, PhantomDraws image)
    {
        using var scope = NewDisposeScope();
        var distance = Length(x * (1 / 1.05), y / image.Uniform(0.7, 1.1)) + 0.035 * frame.Wave + 0.03 * frame.Mottle;
        var density = frame.Is(Finding.Consolidation) * (0.50 + 0.38 * frame.Severity);
        return (Inside(0.15 + 0.13 * frame.Severity - distance, 0.025 + 0.015 * frame.Severity) * density * frame.Affected).MoveToOuterDisposeScope();
    }

    /// <summary>Fluid in the lungs of those who have an edema.</summary>
    internal static Tensor Wet(PhantomFrame frame, PhantomThorax thorax, PhantomVessels vessels)
    {
        using var scope = NewDisposeScope();
        var wings = 0.75 * Ridge((vessels.FromHilum - 0.12).relu_(), 0.26);
        var lowerZones = 0.35 * Inside(thorax.Body.BelowTop - 0.6 * thorax.Body.Height, 0.15);
        var patches = (1 + 0.35 * frame.Mottle + 0.25 * frame.Grain).relu_();
        return (frame.Is(Finding.Edema) * (0.25 + 0.5 * frame.Severity) * (wings + lowerZones) * patches).clamp_(0, 0.85).MoveToOuterDisposeScope();
    }
}
