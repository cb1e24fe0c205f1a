using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Medical;

/// <summary>A stained blood smear with one white cell among red ones, in the manner of the BCCD pictures.</summary>
internal sealed class BloodCells : MedicalWorld
{
    private const int Neutrophil = 0;
    private const int Lymphocyte = 1;
    private const int Monocyte = 2;
    private const int Eosinophil = 3;

    private const int RedCells = 9;

    public override string Name => "blood";

    public override string Title => "Blood cells";

    private protected override int ImagesPerPatient => 4;

    private protected override IReadOnlyList<MedicalClass> Members { get; } =
    [
        new("neutrophil", "a neutrophil", "a segmented neutrophil", "a neutrophil granulocyte"),
        new("lymphocyte", "a lymphocyte", "a small lymphocyte"),
        new("monocyte", "a monocyte", "a large monocyte"),
        new("eosinophil", "an eosinophil", "an eosinophil granulocyte"),
    ];

    private protected override IReadOnlyList<string> Templates { get; } =
        ["a blood smear showing {0}.", "microscopy of {0}.", "{0} among red cells in a stained blood film."];

    private protected override IReadOnlyList<string> MaskNames { get; } = ["white cell", "nucleus"];

    private protected override MedicalPicture Draw(MedicalCase one)
    {
        var s = one.Scene;
        var wave = s.Field(4);   // the slide's
        var stain = new Stain(one);
        s.Picture = (stain.Glass * (1 + 0.03 * s.Field(2)).unsqueeze(1)).expand(s.Count, 3, s.Size, s.Size);

        var relative = one.Label switch { Lymphocyte => 0.80, Monocyte => 1.12, _ => 1 };
        var scale = s.Draws.Uniform(0.34, 0.54) * relative;
        var (x, y) = (s.Draws.Uniform(-1, 1) * (1 - scale), s.Draws.Uniform(-1, 1) * (1 - scale));
        for (var i = 0; i < RedCells; i++)
        {
            PaintRedCell(s, stain, wave, (x, y, scale));
        }

        PaintPlatelet(s, stain);
        PaintSmudge(s, stain);
        s.Pose(x, y, scale, s.Draws.Uniform(-Math.PI, Math.PI), 1 - 2 * s.Draws.Chance(0.5));
        s.Bend(0.05, 4);
        var (cell, nucleus) = PaintWhiteCell(one, stain);
        return new MedicalPicture(Photographed(one, stain), cell, nucleus);
    }

    private protected override string Describe(int label, string phrase, float[] facts, Chooser choose) => label switch
    {
        Neutrophil => $"{phrase} with {s_lobes[Math.Min((int)(facts[0] * 3), 2)]} {choose.From(["nuclear lobes", "lobes joined by thin strands", "nuclear segments"])}",
        Lymphocyte => $"{phrase} with {choose.From(["a dense round nucleus", "a round nucleus and a narrow rim of blue cytoplasm", "scant cytoplasm"])}",
        Monocyte => $"{phrase} with {choose.From(["a folded nucleus", "a kidney shaped nucleus", "an indented nucleus"])} and {choose.From(["grey blue cytoplasm", facts[1] < 0.5 ? "vacuoles" : "wide cytoplasm"])}",
        _ => $"{phrase} with {choose.From(["two nuclear lobes", "a bilobed nucleus"])} and {choose.From(["red granules", "coarse orange granules"])}",
    };

    private static void PaintRedCell(Scene s, Stain stain, Tensor wave, (Tensor X, Tensor Y, Tensor Scale) white)
    {
        // Pushed out of the white cell: red cells lie round it.
        var (dx, dy) = (s.Draws.Uniform(-1.15, 1.15) - white.X, s.Draws.Uniform(-1.15, 1.15) - white.Y);
        var radius = s.Draws.Uniform(0.20, 0.28);
        var away = Length(dx, dy).clamp_min_(0.05);
        var push = away.maximum(white.Scale + 0.8 * radius) / away;
        var (x, y) = Sdf.Turned(s.FilmX - white.X - dx * push, s.FilmY - white.Y - dy * push, s.Draws.Uniform(0, Math.PI));
        var distance = radius - Length(x, y * s.Draws.Uniform(1, 1.35)) + 0.012 * wave;
        var pale = Inside(distance - radius * s.Draws.Uniform(0.55, 0.8), 0.04) * 0.5;
        var cell = Inside(distance, 1.0 / s.Size + 0.004);
        s.Paint(cell * 0.92 * s.Draws.Uniform().lt(stain.Crowded).to(ScalarType.Float32), stain.Red * (1 - 0.12 * Ridge(distance, 0.05)).unsqueeze(1) * (1 - pale).unsqueeze(1) + stain.Glass * pale.unsqueeze(1));
    }

    private static void PaintPlatelet(Scene s, Stain stain)
    {
        var (x, y) = (s.FilmX - s.Draws.Uniform(-0.95, 0.95), s.FilmY - s.Draws.Uniform(-0.95, 0.95));
        s.Paint(0.7 * Inside(s.Draws.Uniform(0.03, 0.06) - Length(x, y), 0.6 / s.Size) * s.Draws.Chance(0.6), stain.Violet * 1.25);
    }

    // What is left of a burst white cell, and lies in many smears: violet or red without form.
    private static void PaintSmudge(Scene s, Stain stain)
    {
        var (x, y) = (s.FilmX - s.Draws.Uniform(-1, 1), s.FilmY - s.Draws.Uniform(-1, 1));
        var smudge = Inside(s.Draws.Uniform(0.12, 0.3) - Length(x, y * s.Draws.Uniform(0.7, 1.5)) + 0.05 * s.Field(4), 0.08);
        var red = s.Draws.Chance(0.4).unsqueeze(-1);
        s.Paint(smudge * s.Draws.Chance(0.55) * s.Draws.Uniform(0.3, 0.75), (stain.Violet * 1.35).clamp(0, 1) * (1 - red) + s.Rgb(0.86, 0.40, 0.38) * red);
    }

    private static (Tensor Cell, Tensor Nucleus) PaintWhiteCell(MedicalCase one, Stain stain)
    {
        var s = one.Scene;
        var radius = Length(s.X, s.Y * s.Draws.Uniform(1, 1.18));
        var cell = s.Mask(0.96 - radius + 0.05 * s.Field(8));
        var grain = s.Field(16);
        var mixture = one.Label switch
        {
            Neutrophil => s.Rgb(0.86, 0.74, 0.84),
            Lymphocyte => s.Rgb(0.58, 0.63, 0.88),
            Monocyte => s.Rgb(0.70, 0.70, 0.83),
            _ => s.Rgb(0.84, 0.60, 0.64),
        };
        s.Paint(cell, (mixture * stain.Tint * (1 + 0.05 * grain).unsqueeze(1)).clamp(0, 1));
        if (one.Label == Eosinophil)
        {
            s.Paint(cell * Inside(grain - 0.1, 0.2) * 0.85, s.Between((0.78, 0.30, 0.38), (0.88, 0.46, 0.34)));
        }
        else if (one.Label == Neutrophil)
        {
            s.Paint(cell * Inside(grain - 0.8, 0.3) * 0.4, s.Rgb(0.78, 0.50, 0.68));
        }

        var nucleus = cell * s.Mask(one.Label switch
        {
            Neutrophil => Segments(one),
            Lymphocyte => 0.82 - Length(s.X - s.Draws.Uniform(-0.06, 0.06), s.Y) + 0.02 * grain,
            Monocyte => Kidney(s),
            _ => Bilobed(s),
        });
        if (one.Label == Monocyte)
        {
            var bubble = s.Mask(0.13 - Length(s.X + 0.62, s.Y - s.Draws.Uniform(-0.4, 0.4))) * one.Fact(1).lt(0.5).to(ScalarType.Float32);
            s.Paint(bubble * cell * (1 - nucleus) * 0.8, s.Rgb(0.92, 0.92, 0.95));
        }

        // Lymphocytes have dense chromatin, monocytes loose one.
        var (depth, lace) = one.Label switch { Lymphocyte => (0.90, 0.05), Monocyte => (1.22, 0.14), _ => (1.0, 0.08) };
        s.Paint(nucleus * 0.96, (stain.Violet * depth * (1 + lace * grain).unsqueeze(1)).clamp(0, 1));
        return (cell, nucleus);
    }

    private static readonly string[] s_lobes = ["three", "four", "five"];

    /// <summary>Three to five lobes on part of a circle, joined by strands.</summary>
    private static Tensor Segments(MedicalCase one)
    {
        var s = one.Scene;
        var count = (3 + (one.Fact(0) * 3).floor()).clamp_max(5);
        var step = s.Draws.Uniform(1.05, 1.25) * (1 - 0.10 * (count - 3));
        var ring = s.Draws.Uniform(0.46, 0.54);
        var size = 0.305 - 0.03 * (count - 3);
        var (radius, angle) = (Length(s.X, s.Y), s.Y.atan2(s.X));
        var (from, to) = (-0.5 * step * (count - 1), 0.5 * step * (count - 1));
        var result = Min(0.07 - (radius - ring).abs(), angle - from, to - angle);
        for (var i = 0; i < 5; i++)
        {
            var place = from + step * i + s.Draws.Uniform(-0.1, 0.1);
            var reach = ring + s.Draws.Uniform(-0.08, 0.08);
            var lobe = size * s.Draws.Uniform(0.9, 1.12) - Length(s.X - reach * place.cos(), (s.Y - reach * place.sin()) * s.Draws.Uniform(0.85, 1.15));
            result = result.maximum(lobe - 2 * count.le(i).to(ScalarType.Float32));
        }

        return result;
    }

    private static Tensor Kidney(Scene s)
    {
        var notch = s.Draws.Uniform(0.28, 0.40) - Length(s.X + s.Draws.Uniform(0.50, 0.62), s.Y - s.Draws.Uniform(-0.15, 0.15));
        return Min(0.66 - Length((s.X - 0.05) * s.Draws.Uniform(1.05, 1.3), s.Y * 0.88), -notch);
    }

    private static Tensor Bilobed(Scene s)
    {
        var apart = s.Draws.Uniform(0.42, 0.50);
        var shift = s.Draws.Uniform(0.10, 0.32);
        var first = s.Draws.Uniform(0.34, 0.40) - Length((s.X - shift) * 1.15, s.Y - apart);
        var second = s.Draws.Uniform(0.34, 0.40) - Length((s.X - shift) * 1.15, s.Y + apart);
        return Max(first, second, Min(0.07 - (s.X - shift - 0.2).abs(), apart - s.Y.abs()));
    }

    private static Tensor Photographed(MedicalCase one, Stain stain)
    {
        var s = one.Scene;
        var vignette = 1 - s.Draws.Uniform(0, 0.12) * (s.FilmX.square() + s.FilmY.square());
        return s.Picture * one.Camera(0.22, 0.6, 1.12) * (stain.Light * vignette).unsqueeze(1);
    }

    /// <summary>Colours of one slide.</summary>
    private sealed class Stain
    {
        internal Stain(MedicalCase one)
        {
            var (s, slide) = (one.Scene, one.Patient);
            Tensor Vary(double r, double g, double b, double spread) =>
                (s.Rgb(r, g, b) + cat([slide.Bell(0, spread), slide.Bell(0, spread), slide.Bell(0, spread)], 1).unsqueeze(-1)).clamp_(0, 1);
            Glass = Vary(0.83, 0.85, 0.83, 0.05);
            Red = Vary(0.78, 0.59, 0.55, 0.07);
            Violet = Vary(0.36, 0.27, 0.66, 0.06);
            Tint = Vary(0.98, 0.98, 0.98, 0.06);
            Light = slide.Uniform(0.92, 1.06);
            Crowded = slide.Uniform(0.3, 1);
        }

        internal Tensor Glass { get; }

        internal Tensor Red { get; }

        internal Tensor Violet { get; }

        internal Tensor Tint { get; }

        internal Tensor Light { get; }

        /// <summary>Share of the red cells that are there.</summary>
        internal Tensor Crowded { get; }
    }
}
