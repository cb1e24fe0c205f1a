using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Ribs, collarbones, shoulders and spine.</summary>
internal static class PhantomSkeleton
{
    /// <summary>Attenuation of the bones.</summary>
    /// <returns>Float tensor [N, H, W].</returns>
    internal static Tensor Attenuation(PhantomFrame frame, PhantomThorax thorax, PhantomDraws patient)
    {
        using var scope = NewDisposeScope();
        var ribs = Ribs(frame, thorax, patient) * (1 - 0.55 * thorax.Lungs.Abdomen);
        return (ribs + Collarbones(frame, thorax.Body, patient) + Shoulders(frame, thorax.Body, patient) + Spine(frame, patient)).MoveToOuterDisposeScope();
    }

    private static Tensor Ribs(PhantomFrame frame, PhantomThorax thorax, PhantomDraws patient)
    {
        using var scope = NewDisposeScope();
        var (body, u, y) = (thorax.Body, frame.U, frame.Y);
        var spacing = patient.Uniform(0.118, 0.140) * body.Height * (1 / 1.3);
        var outwards = u / body.Chest;
        var cage = Inside(body.Chest + 0.045 - u, 0.012) * Inside(thorax.Lungs.FromWall + 0.05, 0.012)
            * Inside(body.BelowTop + 0.06 - 0.04 * outwards, 0.02);

        // Behind: from the spine out and down, bright at the upper and lower border.
        var course = y + 0.06 * outwards - 0.75 * patient.Uniform(0.30, 0.42) * outwards.square() - 0.2 * (outwards - 0.8).relu_() + 0.01 * frame.Wave;
        var fromAxis = FromNearest(course, spacing, patient.Uniform());
        var half = spacing * (0.25 + 0.03 * outwards);
        var shaft = Inside(half - fromAxis, frame.Pixel * 0.25 + 0.006);
        var cortex = Ridge(fromAxis - half + 0.008, frame.Pixel * 0.35 + 0.009) * (0.6 + 0.4 * outwards);
        var behind = (0.10 * shaft + 0.075 * cortex) * Inside(u - 0.06, 0.02);

        // In front: from the wall inwards and down, fainter, and cartilage before they reach the breastbone.
        var wide = spacing * 1.12;
        var frontCourse = y + 0.9 * patient.Uniform(0.50, 0.62) * outwards - 0.28 * (outwards - 0.6).square();
        var fromFrontAxis = FromNearest(frontCourse, wide, patient.Uniform());
        var front = Inside(spacing * 0.27 - fromFrontAxis, frame.Pixel * 0.25 + 0.01)
            * Inside(u - body.Chest * patient.Uniform(0.42, 0.55), 0.05) * Inside(body.BelowTop - 0.12, 0.05);
        return ((behind + 0.05 * front) * cage).MoveToOuterDisposeScope();
    }

    private static Tensor FromNearest(Tensor course, Tensor spacing, Tensor phase)
    {
        var order = course / spacing + phase;
        return (order - order.round()).abs_() * spacing;
    }

    private static Tensor Collarbones(PhantomFrame frame, PhantomBody body, PhantomDraws patient)
    {
        using var scope = NewDisposeScope();
        var u = frame.U;
        var rise = frame.Pick(patient.Uniform(0.10, 0.22), patient.Uniform(0.10, 0.22));
        var axis = body.Top + patient.Uniform(0.05, 0.13) - rise * (u - 0.08) + 0.03 * (7 * u + 1).sin_();
        var fromAxis = (frame.Y - axis).abs_();
        var half = 0.026 + 0.012 * (u - 0.3).abs_();
        var bone = 0.14 * Inside(half - fromAxis, frame.Pixel * 0.3 + 0.005) + 0.09 * frame.Line(fromAxis - half, 0.4);
        return (bone * Inside(u - 0.07, 0.012) * Inside(0.70 - u, 0.02)).MoveToOuterDisposeScope();
    }

    private static Tensor Shoulders(PhantomFrame frame, PhantomBody body, PhantomDraws patient)
    {
        using var scope = NewDisposeScope();
        var (u, belowTop) = (frame.U, body.BelowTop);
        var beside = u - body.Chest - patient.Uniform(0.13, 0.20);
        var below = belowTop - patient.Uniform(0.06, 0.16);
        var head = Inside(0.10 - Length(beside, below), frame.Pixel * 0.4 + 0.008);
        var shaft = Inside(0.055 - (beside - 0.04 - (0.12 - 0.1 * frame.Portable) * below).abs_(), frame.Pixel * 0.4 + 0.006) * Inside(below, 0.03);

        // The shoulder blade's inner border crosses the lung when the arms are down.
        var blade = u - (body.Chest + 0.03 - 0.10 * frame.Portable - 0.10 * belowTop);
        var upper = Inside(belowTop - 0.08, 0.03);
        var plate = Inside(blade, frame.Pixel * 0.5 + 0.012) * Inside(0.16 - blade, 0.05) * upper * Inside(0.62 - 0.4 * blade - belowTop, 0.04);
        var border = frame.Line(blade, 0.4, 0.012) * upper * Inside(0.62 - belowTop, 0.04);
        return (0.11 * Max(head, shaft) + 0.05 * plate + 0.07 * border).MoveToOuterDisposeScope();
    }

    private static Tensor Spine(PhantomFrame frame, PhantomDraws patient)
    {
        using var scope = NewDisposeScope();
        var order = frame.Y / patient.Uniform(0.088, 0.100);
        var fromVertebra = (order - order.round()).abs_();
        var column = Inside(0.062 - frame.U, frame.Pixel * 0.4 + 0.008) * (0.16 + 0.05 * Inside(0.36 - fromVertebra, 0.05));
        return (column + 0.05 * Ridge(frame.U - 0.03, 0.015) * Ridge(fromVertebra, 0.2)).MoveToOuterDisposeScope();
    }
}
