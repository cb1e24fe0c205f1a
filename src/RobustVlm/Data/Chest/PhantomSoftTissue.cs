using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>What else casts a shadow: breasts, windpipe, stomach, heart and mediastinum.</summary>
internal static class PhantomSoftTissue
{
    /// <summary>Attenuation that they add to that of the body; negative for air.</summary>
    /// <returns>Float tensor [N, H, W].</returns>
    internal static Tensor Attenuation(PhantomFrame frame, PhantomThorax thorax, PhantomDraws patient, PhantomDraws image)
    {
        using var scope = NewDisposeScope();
        var middle = 0.12 * thorax.Heart + 0.12 * thorax.Mediastinum * Inside(thorax.Body.BelowTop + 0.2, 0.05);
        return (middle + 0.10 * thorax.Lungs.Abdomen + 0.10 * Breasts(frame, thorax.Body, patient)
            - Airways(frame, thorax.Body, patient) - 0.30 * StomachGas(frame, thorax, image)).MoveToOuterDisposeScope();
    }

    private static Tensor Breasts(PhantomFrame frame, PhantomBody body, PhantomDraws patient)
    {
        using var scope = NewDisposeScope();
        var female = patient.Chance(0.5);
        var size = patient.Uniform(0.20, 0.33) * (1 - 0.4 * frame.Portable);   // flatter when lying
        var below = body.BelowTop - patient.Uniform(0.72, 0.90);
        var stretch = 0.75 + 0.35 * below.gt(0).to(ScalarType.Float32);
        var distance = Length((frame.U - patient.Uniform(0.38, 0.46)) * (1 / 1.15), below * stretch);
        var thickness = Dome(1 - (distance / size).square(), 0.01);
        return (female * patient.Uniform(0.5, 1) * Inside(size - distance, frame.Pixel * 0.4 + 0.012) * thickness).MoveToOuterDisposeScope();
    }

    private static Tensor Airways(PhantomFrame frame, PhantomBody body, PhantomDraws patient)
    {
        using var scope = NewDisposeScope();
        var axis = 0.012 * (4 * frame.Y).sin_() + patient.Uniform(-0.01, 0.02);
        var belowFork = body.BelowTop - 0.38;
        var windpipe = frame.Edge(0.036 - (frame.X - axis).abs_(), 0.4, 0.006) * Inside(-belowFork, 0.03);
        var bronchi = Ridge(frame.U - 0.6 * belowFork, 0.022) * Inside(belowFork, 0.02) * Inside(0.17 - belowFork, 0.03);
        return (0.16 * windpipe + 0.10 * bronchi).MoveToOuterDisposeScope();
    }

    private static Tensor StomachGas(PhantomFrame frame, PhantomThorax thorax, PhantomDraws image)
    {
        using var scope = NewDisposeScope();
        var x = (frame.X - image.Uniform(0.28, 0.45)) * (1 / 1.3);
        var y = frame.Y - thorax.Body.Base - image.Uniform(0, 0.1);
        var bubble = Inside(image.Uniform(0, 0.15) - Length(x, y) - 0.02 * frame.Wave, 0.015);
        return (bubble * Inside(-0.03 - thorax.Lungs.AboveDiaphragm, 0.01) * image.Uniform(0.2, 0.8)).MoveToOuterDisposeScope();
    }
}
