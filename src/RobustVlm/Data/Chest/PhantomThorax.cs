using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>The chest of a chunk of phantoms: body, lungs, and between the lungs heart and great vessels.</summary>
/// <remarks>Lengths are in patient coordinates; tensors are [N, H, W].</remarks>
internal sealed class PhantomThorax
{
    internal PhantomThorax(PhantomFrame frame, PhantomDraws patient)
    {
        Body = new PhantomBody(frame, patient);
        Lungs = new PhantomLungs(frame, Body, patient);
        Heart = HeartShadow(frame, patient);
        Mediastinum = VesselShadow(frame, patient);
        Parenchyma = Lungs.Field * (1 - Mediastinum);
        Air = Lungs.Field * Lungs.Thickness * (1 - 0.97 * Max(Mediastinum, Heart * 0.92));
    }

    /// <summary>Outline and size.</summary>
    internal PhantomBody Body { get; }

    /// <summary>Lung fields and diaphragm.</summary>
    internal PhantomLungs Lungs { get; }

    /// <summary>1 in the heart's shadow.</summary>
    internal Tensor Heart { get; }

    /// <summary>1 in the shadow of the other organs between the lungs.</summary>
    internal Tensor Mediastinum { get; }

    /// <summary>1 in the lung beside the mediastinum; vessels and findings show here.</summary>
    internal Tensor Parenchyma { get; }

    /// <summary>Air along the beam of a healthy patient, 0 to 1.</summary>
    internal Tensor Air { get; }

    private Tensor HeartShadow(PhantomFrame frame, PhantomDraws patient)
    {
        using var scope = NewDisposeScope();
        var (x, belowTop) = (frame.X, Body.BelowTop);
        var enlarged = frame.Is(Finding.Cardiomegaly) * (0.22 + 0.36 * frame.Severity);
        var size = patient.Bell(1, 0.06) * (1 + 0.07 * frame.Portable) * (1 + enlarged);   // nearer to the tube when lying
        var centreX = patient.Bell(0.10, 0.02) + 0.10 * enlarged;
        var centreY = Body.Base - PhantomLungs.DomeHeight - patient.Uniform(0.10, 0.15) - 0.05 * enlarged;
        var tilt = patient.Uniform(0.55, 0.80) * (1 - 0.5 * enlarged);

        var (dx, dy) = (x - centreX, frame.Y - centreY);
        var (cosine, sine) = (tilt.cos(), tilt.sin());
        var along = (cosine * dx + sine * dy) / (0.33 * size);
        var across = (cosine * dy - sine * dx) / (0.215 * (1 + 0.7 * (size - 1)));
        var ventricles = 0.23 * (1 - Length(along, across));
        var rightAtrium = 0.15 * (1 - Length((x + 0.02) / (0.155 * (1 + 0.5 * enlarged)), (dy + 0.02) * (1 / 0.24)));
        var down = ((belowTop - 0.5) / (centreY - Body.Top - 0.4)).clamp_(0, 1);   // from the hilum to the apex of the heart
        var leftBorder = Min(0.09 + 0.27 * size * down.pow(1.3) - x, x + 0.05, 0.05 - dy, belowTop - 0.58);
        return Inside(Max(ventricles, rightAtrium, leftBorder) + 0.006 * frame.Wave, frame.Pixel * 0.4 + 0.012).MoveToOuterDisposeScope();
    }

    private Tensor VesselShadow(PhantomFrame frame, PhantomDraws patient)
    {
        using var scope = NewDisposeScope();
        var (x, belowTop) = (frame.X, Body.BelowTop);
        var aorta = frame.Edge(patient.Uniform(0.075, 0.100) - Length(x - patient.Uniform(0.085, 0.120), (belowTop - 0.36) * 0.8));
        var pulmonary = frame.Edge(0.105 - Length(x - 0.10, (belowTop - 0.56) * 0.7), softness: 0.012);
        var cava = frame.Edge(x + patient.Uniform(0.125, 0.155)) * Inside(0.02 - x, 0.02) * Inside(belowTop - 0.25, 0.1);
        var half = Lungs.MediastinumWidth + 0.07 * (0.25 - belowTop).relu_() + 0.03 * Inside(belowTop - 0.9, 0.1);
        return Max(frame.Edge(half - frame.U), aorta, pulmonary, cava).MoveToOuterDisposeScope();
    }
}
