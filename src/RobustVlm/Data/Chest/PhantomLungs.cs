using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Lung fields and diaphragm.</summary>
/// <remarks>Lengths are in patient coordinates; tensors are [N, H, W] unless said otherwise.</remarks>
internal sealed class PhantomLungs
{
    /// <summary>Height of the left dome above the lowest point of the lungs.</summary>
    internal const double DomeHeight = 0.16;

    // Distance of the domes' tops from the midline.
    private const double DomePosition = 0.36;

    internal PhantomLungs(PhantomFrame frame, PhantomBody body, PhantomDraws patient)
    {
        var (u, y) = (frame.U, frame.Y);
        var share = body.BelowTop / body.Height;
        var inRange = share.clamp(0.0005, 1);
        var tip = patient.Uniform(0.27, 0.33);
        var bulge = patient.Uniform(2.3, 3.2);
        var outer = tip + (body.Chest - tip) * (1 - (1 - inRange).pow(bulge)).sqrt_() - 0.05 * (share - 0.75).relu_();
        MediastinumWidth = 0.105 + patient.Uniform(-0.012, 0.015);
        var inner = tip - (tip - MediastinumWidth) * (inRange * (1 / 0.16)).clamp_max(1).sqrt_();
        Share = share;
        FromWall = outer - u;
        FromMediastinum = u - inner;

        // The liver lifts the right dome.
        DomeTop = body.Base - DomeHeight - patient.Uniform(0.02, 0.07) * (1 - frame.Left);
        var across = u - DomePosition;
        var curvature = 0.43 + 0.99 * across.gt(0).to(ScalarType.Float32);   // steeper towards the wall
        AboveDiaphragm = DomeTop + patient.Uniform(0.7, 1.15) * curvature * across.square() - y;

        var edge = frame.Pixel * 0.45 + 0.006;
        Field = Inside(FromWall, edge) * Inside(FromMediastinum, edge * 1.5) * Inside(body.BelowTop, edge) * Inside(AboveDiaphragm, edge * 1.2);
        Thickness = Dome(FromWall * (1 / 0.22)) * (0.72 + 0.28 * Dome(body.BelowTop * (1 / 0.35)))
            * (0.8 + 0.2 * (FromMediastinum * 5).clamp_(0, 1));
        Abdomen = Inside(-AboveDiaphragm, edge) * Inside(y - (body.Base - 0.6), 0.05);
    }

    /// <summary>Height in the lung: 0 at the tip, 1 at the lowest point.</summary>
    internal Tensor Share { get; }

    /// <summary>Distance from the chest wall, positive in the lung.</summary>
    internal Tensor FromWall { get; }

    /// <summary>Distance from the mediastinum, positive in the lung.</summary>
    internal Tensor FromMediastinum { get; }

    /// <summary>Distance above the diaphragm, negative in the abdomen.</summary>
    internal Tensor AboveDiaphragm { get; }

    /// <summary>Height of the dome on either side.</summary>
    internal Tensor DomeTop { get; }

    /// <summary>1 in the lung fields, the mediastinum not yet taken away.</summary>
    internal Tensor Field { get; }

    /// <summary>Depth of the lungs along the beam, 0 to 1.</summary>
    internal Tensor Thickness { get; }

    /// <summary>1 in the abdomen.</summary>
    internal Tensor Abdomen { get; }

    /// <summary>Half the width of the mediastinum below the great vessels, [N, 1, 1].</summary>
    internal Tensor MediastinumWidth { get; }
}
