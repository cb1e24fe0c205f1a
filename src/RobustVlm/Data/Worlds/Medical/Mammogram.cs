using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Medical;

/// <summary>Mammograms: breast, dense tissue, chest muscle, and a mass or a cluster of calcifications.</summary>
internal sealed class Mammogram : MedicalWorld
{
    private const int Benign = 1;
    private const int Malignant = 2;
    private const int Calcifications = 3;

    // Which of the facts decides.
    private const int Side = 0;
    private const int Height = 1;
    private const int Grade = 2;

    public override string Name => "mammogram";

    public override string Title => "Mammograms";

    public override int Channels => 1;

    private protected override IReadOnlyList<MedicalClass> Members { get; } =
    [
        new("normal", "a normal breast", "no suspicious finding"),
        new("benign mass", "a benign round mass with smooth margin", "a circumscribed benign mass"),
        new("malignant mass", "a malignant spiculated mass", "a spiculated suspicious mass"),
        new("microcalcifications", "clustered microcalcifications", "a cluster of microcalcifications"),
    ];

    private protected override IReadOnlyList<string> Templates { get; } = ["a mammogram showing {0}.", "mammography: {0}.", "breast radiograph with {0}."];

    private protected override IReadOnlyList<string> MaskNames { get; } = ["breast", "lesion"];

    private protected override MedicalPicture Draw(MedicalCase one)
    {
        var (s, patient) = (one.Scene, one.Patient);
        var (strands, lobes) = (s.Field(8), s.Field(4));   // the patient's

        // From the chest wall to the nipple, and down; the right breast has its chest wall on the right.
        var across = 1 - s.FilmX * one.Sign(Side) - s.Draws.Uniform(0, 0.1);
        var length = patient.Uniform(1.05, 1.55) * s.Draws.Uniform(0.95, 1.05);
        var half = patient.Uniform(0.72, 0.98);
        var down = s.FilmY - s.Draws.Uniform(-0.12, 0.12);
        var sag = down - 0.12 * (across / length).square();
        var inside = (1 - Length(across / length, sag / half)) + 0.015 * lobes;
        var breast = Inside(inside, 0.6 / s.Size + 0.004);

        var dense = patient.Uniform(-0.4, 0.75) + 0.45 * lobes + 0.35 * strands + 0.25 * s.Field(16)
            - 2.2 * (Length((across - 0.45 * length) / length, sag / half) - 0.25);
        var tissue = Inside(dense - 0.4, 0.35) * patient.Uniform(0.15, 0.30) + 0.06 * Ridge(strands + 0.5 * s.Field(16), 0.25);
        var grey = breast * (0.20 + 0.13 * Dome(inside * 4) + tissue * Dome(inside * 3)) + 0.05 * Ridge(inside - 0.01, 0.02);

        var slope = s.Draws.Uniform(0.35, 0.7);
        var muscle = Inside(slope * (s.Draws.Uniform(-0.1, 0.6) - s.FilmY) - across, 0.03) * s.Draws.Chance(0.7) * breast;
        grey = grey + muscle * s.Draws.Uniform(0.18, 0.28);

        var x = across - length * s.Draws.Uniform(0.35, 0.62);
        var y = sag - half * 0.9 * (one.Fact(Height) - 0.5);
        var (added, lesion) = one.Label switch
        {
            Benign => Smooth(s, x, y),
            Malignant => Spiculated(s, x, y),
            Calcifications => Cluster(s, x, y),
            _ => (zeros_like(grey), zeros_like(grey)),
        };
        grey = grey + added * breast;

        // A single coarse calcification means nothing and is seen in many breasts.
        var spot = Ridge(Length(across - length * s.Draws.Uniform(0.2, 0.8), sag - half * s.Draws.Uniform(-0.5, 0.5)), 0.015 + 0.6 / s.Size);
        grey = grey + spot * 0.35 * s.Draws.Chance(0.2) * breast;
        var marker = Sdf.Box(across - 1.75, s.FilmY + 0.85, 0, 0, 0.10, 0.05);
        grey = grey + Inside(marker, 0.6 / s.Size) * 0.7 * s.Draws.Chance(0.5) * (1 - breast);
        grey = (grey * s.Draws.Uniform(0.95, 1.35)).clamp(0.001, 1).pow(s.Draws.Uniform(0.8, 1.15));
        return new MedicalPicture((grey + s.Draws.Uniform(0, 0.04)).unsqueeze(1), breast, lesion * breast);
    }

    private protected override string Describe(int label, string phrase, float[] facts, Chooser choose)
    {
        var side = facts[Side] < 0.5 ? "left" : "right";
        var place = $"in the {(facts[Height] < 0.5 ? "upper" : "lower")} part of the {side} breast";
        var grade = label switch
        {
            Benign => facts[Grade] < 0.6 ? 2 : 3,
            Malignant => facts[Grade] < 0.4 ? 4 : 5,
            Calcifications => 4,
            _ => 1,
        };
        var described = label == 0 ? phrase.Replace("a normal", $"a normal {side}", StringComparison.Ordinal) : choose.Next() < 0.7 ? $"{phrase} {place}" : phrase;
        return choose.Next() < 0.5 ? $"{described}, BI-RADS {grade}" : described;
    }

    private static (Tensor Added, Tensor Mask) Smooth(Scene s, Tensor x, Tensor y)
    {
        var radius = s.Draws.Uniform(0.13, 0.22);
        var distance = radius - Length(x * s.Draws.Uniform(0.9, 1.2), y);
        var mass = Inside(distance, 0.5 / s.Size + 0.006);
        var halo = 0.05 * Ridge(distance + 0.04, 0.03);
        return (mass * s.Draws.Uniform(0.20, 0.32) * Dome(distance / radius + 0.2) - halo, mass);
    }

    private static (Tensor Added, Tensor Mask) Spiculated(Scene s, Tensor x, Tensor y)
    {
        var radius = s.Draws.Uniform(0.10, 0.15);
        var distance = Length(x, y);
        var core = Inside(radius - distance + 0.03 * s.Field(16), 0.03);
        var rays = s.Draws.Uniform(8, 12).floor();
        var angle = y.atan2(x) + 0.2 * s.Field(8);
        var beams = (0.5 + 0.5 * (angle * rays + s.Draws.Uniform(0, 2 * Math.PI)).cos_()).square().square();
        var reach = radius * (2.6 + 0.5 * (angle * 3 + s.Draws.Uniform(0, 2 * Math.PI)).cos_());
        var spicules = beams * Inside(reach - distance, 0.06) * Inside(distance - radius * 0.6, 0.03);
        return (core.maximum(0.85 * spicules) * s.Draws.Uniform(0.26, 0.40), core.maximum(Inside(spicules - 0.35, 0.05)));
    }

    private static (Tensor Added, Tensor Mask) Cluster(Scene s, Tensor x, Tensor y)
    {
        var spread = s.Draws.Uniform(0.14, 0.22);
        var dots = zeros_like(x * y);
        for (var i = 0; i < 10; i++)
        {
            var dot = Ridge(Length(x - spread * s.Draws.Bell(0, 1), y - spread * s.Draws.Bell(0, 1)), 0.008 + 0.75 / s.Size);
            dots = dots.maximum(dot * s.Draws.Uniform(0.6, 1));
        }

        return (dots * s.Draws.Uniform(0.50, 0.65), Inside(spread * 1.05 - Length(x, y), 0.02));
    }
}
