using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Medical;

/// <summary>Dermatoscopic pictures of the seven kinds of lesion of HAM10000 (Tschandl et al. 2018).</summary>
internal sealed class SkinLesions : MedicalWorld
{
    private const int Actinic = 0;
    private const int Basal = 1;
    private const int Keratosis = 2;
    private const int Fibroma = 3;
    private const int Naevus = 4;
    private const int Melanoma = 5;

    public override string Name => "skin";

    public override string Title => "Skin lesions";

    private protected override IReadOnlyList<MedicalClass> Members { get; } =
    [
        new("actinic keratosis", "an actinic keratosis", "a scaly actinic keratosis"),
        new("basal cell carcinoma", "a basal cell carcinoma"),
        new("benign keratosis", "a benign keratosis", "a seborrhoeic keratosis"),
        new("dermatofibroma", "a dermatofibroma"),
        new("melanocytic naevus", "a melanocytic naevus", "a benign mole"),
        new("melanoma", "a melanoma", "a malignant melanoma"),
        new("vascular lesion", "a vascular lesion", "an angioma"),
    ];

    private protected override IReadOnlyList<string> Templates { get; } = ["a dermatoscopic image of {0}.", "dermatoscopy of {0}.", "a photograph of skin with {0}."];

    private protected override IReadOnlyList<string> MaskNames { get; } = ["lesion"];

    private protected override MedicalPicture Draw(MedicalCase one)
    {
        var s = one.Scene;
        var skin = PaintSkin(one);
        var scale = s.Draws.Uniform(0.38, 0.80);
        var room = (1 - scale) * 0.9;
        s.Pose(s.Draws.Uniform(-1, 1) * room, s.Draws.Uniform(-1, 1) * room, scale, s.Draws.Uniform(-Math.PI, Math.PI), 1 - 2 * s.Draws.Chance(0.5));
        PaintNeighbour(s);
        var lesion = one.Label switch
        {
            Actinic => PaintActinic(s, skin),
            Basal => PaintBasal(s, skin),
            Keratosis => PaintKeratosis(s),
            Fibroma => PaintFibroma(s, skin),
            Naevus => PaintNaevus(s),
            Melanoma => PaintMelanoma(s),
            _ => PaintVascular(s),
        };
        PaintHairs(one);
        PaintRuler(s);
        var corners = 1 - s.Draws.Uniform(0, 0.35) * (Length(s.FilmX, s.FilmY) - 0.6).clamp_min(0);
        return new MedicalPicture(s.Picture * one.Camera(0.24, 0.55, 1.15) * corners.unsqueeze(1), lesion);
    }

    private protected override string Describe(int label, string phrase, float[] facts, Chooser choose) => label switch
    {
        Actinic => $"{phrase} with {choose.From(["a red scaly surface", "white scales on a pink patch", "ill defined redness and follicles"])}",
        Basal => $"{phrase} with {choose.From(["branching vessels", "blue grey nests and branching vessels", "a pearly pink surface"])}",
        Keratosis => $"{phrase} with {choose.From(["sharp border and milia like cysts", "comedo like openings", "white and dark dots"])}",
        Fibroma => $"{phrase} with {choose.From(["a central white patch", "a pale scar like centre", "a white centre and a faint brown ring"])}",
        Naevus => $"{phrase} with {choose.From(["regular border and even colour", "symmetric brown pigment", "uniform brown colour"])}",
        Melanoma => $"{phrase} with {choose.From(["irregular border and several colours", "asymmetry and a blue grey veil", "notched border and black areas"])}",
        _ => $"{phrase} with {choose.From(["red lagoons", "purple red lacunae", "well defined red blood filled spaces"])}",
    };

    private static Tensor PaintSkin(MedicalCase one)
    {
        var (s, patient) = (one.Scene, one.Patient);
        Tensor Share() => patient.Uniform().unsqueeze(-1);
        var (first, second, third) = (Share(), Share(), Share());
        var pale = s.Rgb(0.84, 0.70, 0.64) * (1 - first) + s.Rgb(0.90, 0.58, 0.60) * first;
        var warm = s.Rgb(0.92, 0.66, 0.54) * (1 - second) + s.Rgb(0.70, 0.58, 0.58) * second;
        var skin = (pale * (1 - third) + warm * third) * patient.Uniform(0.78, 1.05).unsqueeze(-1);
        var uneven = 1 + 0.04 * s.Field(4) + 0.02 * s.Field(16);
        s.Picture = (skin * uneven.unsqueeze(1)).expand(s.Count, 3, s.Size, s.Size);
        return skin;
    }

    // Freckles, redness and pale spots beside the lesion, of any colour that lesions have.
    private static void PaintNeighbour(Scene s)
    {
        for (var i = 0; i < 2; i++)
        {
            var (x, y) = (s.FilmX - s.Draws.Uniform(-1, 1), s.FilmY - s.Draws.Uniform(-1, 1));
            var spot = Inside(s.Draws.Uniform(0.08, 0.40) - Length(x, y * s.Draws.Uniform(0.7, 1.4)) + 0.04 * s.Field(4 << i), 0.10);
            var colour = s.Between((0.40, 0.24, 0.16), (0.82, 0.30, 0.32)) * 0.6 + s.Between((0.36, 0.30, 0.28), (0.40, 0.36, 0.34));
            s.Paint(spot * s.Draws.Chance(0.6) * s.Draws.Uniform(0.2, 0.65), colour);
        }
    }

    private static Tensor PaintActinic(Scene s, Tensor skin)
    {
        var (coarse, fine) = (s.Field(8), s.Field(16));
        var distance = 0.85 - Length(s.X * s.Draws.Uniform(1, 1.4), s.Y) + 0.09 * coarse;
        var patch = Inside(distance, 0.14);
        s.Paint(patch * 0.75, skin * 0.45 + s.Between((0.46, 0.16, 0.15), (0.50, 0.22, 0.16)));
        s.Paint(patch * Inside(fine - 0.9, 0.15) * 0.8, s.Between((0.95, 0.84, 0.76), (0.96, 0.88, 0.68)));
        s.Paint(patch * Ridge(fine + 0.4, 0.25) * 0.35, s.Rgb(0.68, 0.18, 0.18));
        return Inside(distance, 0.02);
    }

    private static Tensor PaintBasal(Scene s, Tensor skin)
    {
        var (coarse, fine) = (s.Field(4), s.Field(16));
        var distance = 0.85 - Length(s.X * s.Draws.Uniform(1, 1.25), s.Y) + 0.05 * coarse;
        var nodule = Inside(distance, 0.05);
        s.Paint(nodule * 0.85, skin * 0.5 + s.Between((0.42, 0.24, 0.26), (0.36, 0.18, 0.22)));

        // Vessels enter at the rim and branch towards the middle.
        var angle = s.Y.atan2(s.X) + s.Draws.Uniform(0, 2 * Math.PI) + 0.7 * coarse;
        var radius = Length(s.X, s.Y);
        var spacing = 2 * Math.PI / 4;
        var fold = (angle - spacing * (angle / spacing).round()).abs_();
        fold = (fold - ((0.75 - radius) * 2).clamp(0, 1) * (spacing / 5)).abs_();
        var vessels = Ridge(fold * radius, 0.022 + 0.6 * s.Softness) * Inside(radius - 0.12, 0.04);
        s.Paint(nodule * vessels * 0.75, s.Rgb(0.66, 0.12, 0.16));
        for (var i = 0; i < 4; i++)
        {
            var nest = Length((s.X - s.Draws.Uniform(-0.55, 0.55)) * s.Draws.Uniform(0.8, 1.3), s.Y - s.Draws.Uniform(-0.55, 0.55));
            s.Paint(Inside(s.Draws.Uniform(0.10, 0.20) - nest + 0.02 * fine, 0.04) * 0.85 * s.Draws.Chance(i < 2 ? 1 : 0.5), s.Rgb(0.36, 0.34, 0.44));
        }

        s.Paint(nodule * Ridge(Length(s.X - s.Draws.Uniform(-0.3, 0.3), (s.Y - s.Draws.Uniform(-0.3, 0.3)) * 2), 0.12) * 0.7, s.Rgb(1.0, 0.95, 0.94));
        return Inside(distance, 0.02);
    }

    private static Tensor PaintKeratosis(Scene s)
    {
        var (coarse, fine) = (s.Field(8), s.Field(16));
        var distance = 0.88 - Length(s.X * s.Draws.Uniform(1, 1.35), s.Y) + 0.06 * coarse + 0.02 * fine;
        var plaque = s.Mask(distance);
        s.Paint(plaque * 0.9, s.Between((0.70, 0.52, 0.36), (0.40, 0.30, 0.26)) * (1 + 0.10 * coarse).unsqueeze(1));
        s.Paint(plaque * Ridge(distance, 0.10) * 0.5, s.Rgb(0.34, 0.22, 0.16));
        var period = 0.46;
        Tensor Dots(Tensor shift, double radius) => Inside(
            radius - Length(Sdf.Repeat(s.X + shift + 0.12 * coarse, period), Sdf.Repeat(s.Y + 0.37 * shift + 0.10 * fine, period)), 0.03 + 0.5 * s.Softness);
        s.Paint(plaque * Dots(s.Draws.Uniform(0, 0.2), 0.10) * 0.9, s.Rgb(0.90, 0.82, 0.66));
        s.Paint(plaque * Dots(s.Draws.Uniform(0.2, 0.3), 0.075) * 0.85, s.Rgb(0.20, 0.12, 0.09));
        return plaque;
    }

    private static Tensor PaintFibroma(Scene s, Tensor skin)
    {
        var (coarse, fine) = (s.Field(4), s.Field(16));
        var radius = Length(s.X * s.Draws.Uniform(1, 1.25), s.Y) - 0.05 * coarse;
        var ring = Inside(0.85 - radius, 0.10);
        s.Paint(ring * s.Draws.Uniform(0.6, 0.85) * (1 + 0.12 * fine), skin * 0.42 + s.Between((0.22, 0.10, 0.08), (0.18, 0.10, 0.14)));
        s.Paint(Inside(s.Draws.Uniform(0.34, 0.48) - radius, 0.10) * 0.85, s.Between((0.97, 0.88, 0.86), (0.93, 0.86, 0.88)));
        return Inside(0.85 - radius, 0.02);
    }

    private static Tensor PaintNaevus(Scene s)
    {
        var fine = s.Field(16);
        var distance = 0.82 - Length(s.X * s.Draws.Uniform(1, 1.35), s.Y) + 0.03 * s.Field(8);
        var mole = Inside(distance, s.Draws.Uniform(0.04, 0.10));
        var brown = s.Between((0.28, 0.14, 0.09), (0.68, 0.40, 0.30));
        s.Paint(mole * 0.92, brown * (1 + 0.07 * fine - 0.18 * (distance * 1.2).clamp(0, 1)).unsqueeze(1));
        return Inside(distance, 0.02);
    }

    private static Tensor PaintMelanoma(Scene s)
    {
        var (large, coarse, fine) = (s.Field(4), s.Field(8), s.Field(16));
        var distance = 0.72 - Length(s.X * s.Draws.Uniform(1, 1.4), s.Y) + 0.16 * large + 0.09 * coarse + 0.03 * fine;
        var tumour = Inside(distance, 0.04);
        s.Paint(tumour * 0.92, s.Between((0.34, 0.19, 0.11), (0.60, 0.34, 0.26)) * (1 + 0.12 * fine).unsqueeze(1));

        // Colours lie on different sides: nothing is symmetric.
        var (x, y) = (s.X + 0.15 * coarse, s.Y + 0.15 * large);
        s.Paint(tumour * Inside(0.42 - Length(x - 0.35, y + s.Draws.Uniform(-0.25, 0.25)), 0.06) * 0.95, s.Between((0.08, 0.05, 0.06), (0.24, 0.14, 0.10)));
        s.Paint(tumour * Inside(0.34 - Length(x + 0.35, y + s.Draws.Uniform(-0.35, 0.0)), 0.08) * 0.8, s.Rgb(0.40, 0.44, 0.56));
        s.Paint(tumour * Inside(0.28 - Length(x + s.Draws.Uniform(-0.1, 0.3), y - 0.45), 0.08) * s.Draws.Uniform(0.4, 0.8), s.Rgb(0.72, 0.26, 0.24));
        s.Paint(tumour * Inside(coarse - 1.1, 0.15) * 0.7, s.Rgb(0.12, 0.07, 0.07));
        return Inside(distance, 0.02);
    }

    private static Tensor PaintVascular(Scene s)
    {
        var coarse = s.Field(8);
        var distance = 0.78 - Length(s.X * s.Draws.Uniform(1, 1.3), s.Y) + 0.06 * coarse;
        var mark = Inside(distance, 0.035);
        var blood = s.Between((0.84, 0.16, 0.26), (0.34, 0.06, 0.22));
        s.Paint(mark * 0.92, blood);
        var period = s.Draws.Uniform(0.36, 0.5);
        var (x, y) = ((s.X + 0.15 * coarse) / period, (s.Y + 0.12 * s.Field(4)) / period);
        var lagoon = Length(x - x.round(), y - y.round());
        s.Paint(mark * Inside(lagoon - 0.40, 0.06) * 0.5, s.Rgb(0.90, 0.45, 0.52));
        return Inside(distance, 0.02);
    }

    private static void PaintHairs(MedicalCase one)
    {
        var s = one.Scene;
        var hairy = one.Patient.Chance(0.4);
        var colour = s.Between((0.12, 0.07, 0.05), (0.42, 0.28, 0.20));
        for (var i = 0; i < 4; i++)
        {
            var (x, y) = Sdf.Turned(s.FilmX, s.FilmY, s.Draws.Uniform(0, Math.PI));
            var hair = Ridge(y - s.Draws.Uniform(-0.9, 0.9) - s.Draws.Uniform(-0.4, 0.4) * x.square(), 0.012 + 0.35 / s.Size)
                * Inside(s.Draws.Uniform(0.4, 1.2) - (x - s.Draws.Uniform(-0.5, 0.5)).abs(), 0.03);
            s.Paint(hair * hairy * 0.6, colour);
        }
    }

    private static void PaintRuler(Scene s)
    {
        var side = 1 - 2 * s.Draws.Chance(0.5);
        var ticks = Ridge(Sdf.Repeat(s.FilmX + s.Draws.Uniform(), 0.25), 0.012 + 0.3 / s.Size) * Inside(s.FilmY * side - s.Draws.Uniform(0.82, 0.9), 0.02);
        s.Paint(ticks * s.Draws.Chance(0.15) * 0.8, s.Between((0.10, 0.10, 0.12), (0.15, 0.20, 0.75)));
    }
}
