using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Medical;

/// <summary>Colour photographs of the back of the eye: disc, vessels, macula, and what three diseases do to them.</summary>
/// <remarks>The great vessels are parabolas that open towards the temple, a usual model of the arcades.</remarks>
internal sealed class Fundus : MedicalWorld
{
    private const int Myopia = 1;
    private const int Glaucoma = 2;
    private const int Retinopathy = 3;

    // Which of the facts decides.
    private const int Side = 0;
    private const int Severity = 1;

    public override string Name => "fundus";

    public override string Title => "Eye fundus";

    private protected override IReadOnlyList<MedicalClass> Members { get; } =
    [
        new("normal", "a healthy eye", "a normal retina", "an eye without retinal disease"),
        new("pathological myopia", "an eye with pathological myopia", "pathological myopia"),
        new("glaucoma", "an eye with glaucoma", "glaucomatous cupping of the optic disc"),
        new("diabetic retinopathy", "an eye with diabetic retinopathy", "diabetic retinopathy"),
    ];

    private protected override IReadOnlyList<string> Templates { get; } =
        ["a fundus photograph of {0}.", "a colour fundus image showing {0}.", "retinal photograph: {0}."];

    private protected override IReadOnlyList<string> MaskNames { get; } = ["optic disc", "lesion"];

    private protected override MedicalPicture Draw(MedicalCase one)
    {
        var s = one.Scene;
        var eye = new Eye(one);
        PaintGround(one, eye);
        var lesion = zeros_like(eye.Along);
        if (one.Label == Myopia)
        {
            lesion = PaintAtrophy(one, eye);
        }

        var disc = PaintDisc(one, eye);
        PaintVessels(one, eye, disc);
        if (one.Label == Retinopathy)
        {
            lesion = PaintBleeding(one, eye) * eye.Field;
        }
        else if (one.Label == Glaucoma)
        {
            lesion = disc.Cup;
        }

        // The lamp lights the middle; a bright crescent lies at the rim of some pictures.
        var crescent = one.Scene.Draws.Chance(0.25) * Inside(Length(s.FilmX + s.Draws.Uniform(-0.2, 0.2), s.FilmY) - 0.85, 0.08) * 0.25;
        var lit = s.Picture * (eye.Light * (1 - 0.25 * eye.FromMiddle.square())).unsqueeze(1) + crescent.unsqueeze(1) * s.Rgb(0.9, 0.7, 0.5);
        return new MedicalPicture(lit * one.Camera(0.24, 0.55, 1.2) * eye.Field.unsqueeze(1) + 0.015, disc.Mask * eye.Field, lesion * eye.Field);
    }

    private protected override string Describe(int label, string phrase, float[] facts, Chooser choose)
    {
        var side = facts[Side] < 0.5 ? "left" : "right";
        var described = phrase.Replace("an eye", $"a {side} eye", StringComparison.Ordinal).Replace("a healthy eye", $"a healthy {side} eye", StringComparison.Ordinal);
        var severe = facts[Severity] switch { < 0.34f => "mild", < 0.67f => "moderate", _ => "severe" };
        return label switch
        {
            Myopia => $"{described}, {choose.From([$"{severe} chorioretinal atrophy", "tessellated fundus and peripapillary atrophy", "atrophy round a tilted disc"])}",
            Glaucoma => $"{described}, {choose.From(["cup to disc ratio enlarged", "a pale and deep cup", "thin neural rim"])}",
            Retinopathy => $"{described}, {choose.From([$"{severe} nonproliferative changes", "haemorrhages and hard exudates", "blot bleedings and yellow exudates"])}",
            _ => $"{described}, {choose.From(["normal optic disc and macula", "no haemorrhage and no exudate", "small cup, clear macula"])}",
        };
    }

    private static void PaintGround(MedicalCase one, Eye eye)
    {
        var (s, patient) = (one.Scene, one.Patient);
        var share = patient.Uniform().unsqueeze(-1);
        var pink = patient.Uniform(0, 0.55).unsqueeze(-1) * patient.Chance(0.4).unsqueeze(-1);
        var ground = (s.Rgb(0.52, 0.20, 0.06) * (1 - share) + s.Rgb(0.90, 0.46, 0.18) * share) * (1 - pink) + s.Rgb(0.74, 0.50, 0.44) * pink;
        var uneven = 1 + 0.06 * s.Field(2) + 0.02 * s.Field(16);
        s.Picture = (ground * uneven.unsqueeze(1)).expand(s.Count, 3, s.Size, s.Size);

        // Choroidal vessels shine through a thin retina: strongly in myopia, a little in many healthy eyes.
        var stripes = Ridge(s.Field(8) + 0.4 * s.Field(4), 0.35);
        var thin = one.Label == Myopia ? s.Draws.Uniform(0.35, 0.6) : s.Draws.Uniform(0, 0.18);
        s.Paint(stripes * thin, (ground * 1.35 + s.Rgb(0.12, 0.10, 0.06)).clamp(0, 1));
        s.Paint(Ridge(Length(eye.Along - eye.ToMacula, eye.Down - 0.04), 0.24) * s.Draws.Uniform(0.3, 0.6), ground * 0.5);
    }

    private static Disc PaintDisc(MedicalCase one, Eye eye)
    {
        var s = one.Scene;
        var glaucoma = one.Label == Glaucoma;
        var radius = one.Patient.Uniform(0.18, 0.23) * (glaucoma ? 1.2 : 1);
        var oval = one.Label == Myopia ? s.Draws.Uniform(1.3, 1.6) : s.Draws.Uniform(1.0, 1.15);
        var distance = Length(eye.Along * oval, eye.Down);
        var mask = Inside(radius - distance, eye.Edge);
        s.Paint(Inside(radius * 1.12 - distance, 0.02) * 0.3, s.Rgb(0.45, 0.18, 0.08));
        s.Paint(mask * 0.92, s.Between((0.95, 0.62, 0.28), (0.98, 0.72, 0.46)));
        var ratio = glaucoma ? 0.72 + 0.16 * one.Fact(Severity) : s.Draws.Uniform(0.22, 0.40);
        var cup = Inside(radius * ratio - Length(eye.Along * oval * 1.05 - 0.01, eye.Down), eye.Edge);
        s.Paint(cup * (glaucoma ? 0.95 : 0.8), glaucoma ? s.Rgb(1.0, 0.97, 0.84) : s.Rgb(1.0, 0.88, 0.58));
        return new Disc(mask, cup);
    }

    private static void PaintVessels(MedicalCase one, Eye eye, Disc disc)
    {
        var (s, patient) = (one.Scene, one.Patient);
        var (along, down) = (eye.Along + 0.05 * eye.Bend, eye.Down + 0.03 * eye.Wave);
        var upper = down.lt(0).to(ScalarType.Float32);
        var square = down.square();
        Tensor Curve(Tensor above, Tensor below, double width)
        {
            var bend = above * upper + below * (1 - upper);
            var distance = (along - bend * square) / (1 + (2 * bend * down).square()).sqrt_();
            return Thin(s, distance, width * (1.1 - 0.55 * eye.FromDisc).clamp(0.25, 1.1));
        }

        var arteries = Curve(patient.Uniform(1.1, 1.7), patient.Uniform(1.1, 1.7), 0.020).maximum(Curve(-patient.Uniform(0.5, 1.1), -patient.Uniform(0.5, 1.1), 0.015));
        var veins = Curve(patient.Uniform(1.9, 2.6), patient.Uniform(1.9, 2.6), 0.028).maximum(Curve(-patient.Uniform(1.2, 2.2), -patient.Uniform(1.2, 2.2), 0.018));
        var twigs = Twigs(s, eye, along, down, patient.Uniform(0, 2 * Math.PI));
        var hidden = 1 - (one.Label == Glaucoma ? 0.85 : 0.3) * disc.Cup;
        s.Paint(arteries * 0.6 * hidden, s.Rgb(0.62, 0.14, 0.07));
        s.Paint(Max(veins, twigs) * 0.75 * hidden, s.Rgb(0.42, 0.07, 0.05));
    }

    /// <summary>Small vessels: angles round the disc are folded at each branching, so no loop over vessels is needed.</summary>
    private static Tensor Twigs(Scene s, Eye eye, Tensor along, Tensor down, Tensor phase)
    {
        const int Trunks = 7;
        var spacing = 2 * Math.PI / Trunks;
        var angle = down.atan2(along) + phase + 0.25 * eye.Bend;
        var fold = (angle - spacing * (angle * (1 / spacing)).round_()).abs_();
        var half = spacing / 4;
        foreach (var start in (double[])[0.35, 0.75])
        {
            fold = (fold - ((eye.FromDisc - start) * 2).clamp_(0, 1) * half).abs_();
            half /= 2;
        }

        var macula = Inside(Length(eye.Along - eye.ToMacula, eye.Down) - 0.25, 0.05);
        return 0.7 * Thin(s, fold * eye.FromDisc, 0.009 * (1.4 - 0.6 * eye.FromDisc).clamp(0.3, 1.4)) * macula;
    }

    // A vessel thinner than a pixel is drawn as wide as a pixel and as much fainter.
    private static Tensor Thin(Scene s, Tensor distance, Tensor width)
    {
        var drawn = (width.square() + 0.5 / (s.Size * (double)s.Size)).sqrt_();
        return (width / drawn).clamp_min_(0.35) * Ridge(distance, drawn);
    }

    private static Tensor PaintAtrophy(MedicalCase one, Eye eye)
    {
        var s = one.Scene;
        var pale = s.Between((0.88, 0.70, 0.46), (0.98, 0.92, 0.76));
        var irregular = 0.05 * s.Field(8);
        var crescent = Inside(0.30 + 0.12 * one.Fact(Severity) - Length((eye.Along - 0.10) * 0.9, eye.Down) + irregular, 0.03);
        s.Paint(crescent * 0.85, pale);
        var patches = zeros_like(crescent);
        for (var i = 0; i < 3; i++)
        {
            var (x, y) = (eye.Along - eye.ToMacula - s.Draws.Bell(0, 0.35), eye.Down - s.Draws.Bell(0, 0.45));
            var here = i == 0 ? ones_like(eye.Light) : one.Fact(Severity).gt(0.33 * i).to(ScalarType.Float32);
            patches = patches.maximum(here * Inside(s.Draws.Uniform(0.10, 0.20) - Length(x, y * s.Draws.Uniform(0.8, 1.3)) + irregular, 0.02));
        }

        s.Paint(patches * 0.85, pale);
        s.Paint(patches * Inside(s.Field(16) - 1.2, 0.2) * 0.8, s.Rgb(0.25, 0.12, 0.08));
        return crescent.maximum(patches);
    }

    private static Tensor PaintBleeding(MedicalCase one, Eye eye)
    {
        var s = one.Scene;
        var irregular = 0.02 * s.Field(16);
        var blood = zeros_like(eye.Along);
        for (var i = 0; i < 8; i++)
        {
            var angle = s.Draws.Uniform(0, 2 * Math.PI);
            var far = s.Draws.Uniform(0.25, 0.75);
            var distance = Length(s.FilmX - far * angle.cos(), s.FilmY - far * angle.sin());
            var here = i < 4 ? ones_like(eye.Light) : one.Fact(Severity).gt((i - 3) * 0.2).to(ScalarType.Float32);
            blood = blood.maximum(here * Inside(s.Draws.Uniform(0.035, 0.085) - distance + irregular, eye.Edge));
        }

        s.Paint(blood * 0.9, s.Rgb(0.30, 0.03, 0.03));
        var centre = Length(eye.Along - eye.ToMacula - s.Draws.Uniform(-0.3, 0.3), eye.Down - s.Draws.Uniform(-0.3, 0.3));
        var exudate = Inside(s.Field(16) - 0.9, 0.12) * Inside(s.Draws.Uniform(0.25, 0.42) - centre, 0.05);
        s.Paint(exudate * 0.95, s.Rgb(1.0, 0.90, 0.35));
        return blood.maximum(exudate);
    }

    private sealed record Disc(Tensor Mask, Tensor Cup);

    /// <summary>Where each pixel lies in the eye: origin at the disc, the temple ahead.</summary>
    private sealed class Eye
    {
        internal Eye(MedicalCase one)
        {
            var (s, patient) = (one.Scene, one.Patient);
            Bend = s.Field(4);
            Wave = s.Field(8);
            var side = one.Sign(Side);   // a right eye has its disc on the right of the picture
            var zoom = s.Draws.Uniform(0.9, 1.2);
            var discX = s.Draws.Uniform(0.02, 0.55);
            var (x, y) = Sdf.Turned(s.FilmX * side / zoom, s.FilmY / zoom, s.Draws.Uniform(-0.3, 0.3));
            Along = discX - x;
            Down = y - s.Draws.Uniform(-0.25, 0.25);
            FromDisc = Length(Along, Down);
            ToMacula = patient.Uniform(0.62, 0.74);
            FromMiddle = Length(s.FilmX, s.FilmY);
            Edge = 0.7 / s.Size + 0.006;
            Field = Inside(s.Draws.Uniform(0.90, 1.02) - FromMiddle, 0.8 / s.Size);
            Light = one.Patient.Uniform(0.9, 1.1);
        }

        internal Tensor Bend { get; }

        internal Tensor Wave { get; }

        internal Tensor Along { get; }

        internal Tensor Down { get; }

        internal Tensor FromDisc { get; }

        internal Tensor ToMacula { get; }

        internal Tensor FromMiddle { get; }

        internal Tensor Field { get; }

        internal Tensor Light { get; }

        internal double Edge { get; }
    }
}
