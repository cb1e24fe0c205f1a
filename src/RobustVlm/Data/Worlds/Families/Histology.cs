using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Stained tissue in the manner of PatchCamelyon (Veeling et al. 2018, arXiv 1806.03962): does it contain tumour?</summary>
/// <remarks>
/// Normal tissue has small round nuclei at even distances and glands; tumour has crowded, large, dark nuclei of uneven size and form. Both
/// come with the same range of mean colours, as if the scanner had balanced them.
/// </remarks>
internal sealed class Histology : ClassFamily
{
    // Distance between glands in object coordinates.
    private const double Apart = 1.9;

    public override string Name => "histology";

    public override string Title => "Tissue slides";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.8,
        LargestScale = 1.2,
        Turn = Math.PI,
        Mirrored = true,
        NamesColour = false,
        NamesBackground = false,
        NamesPlace = false,
        Templates = ["a microscope picture of {0}.", "{0}.", "a stained slide of {0}."],
    };

    internal override void PaintBackground(Scene scene)
    {
        // Eosin: pink fibres that run in one direction, and pale gaps.
        var angle = scene.Draws.Uniform(0, Math.PI);
        var (along, across) = Sdf.Turned(scene.FilmX, scene.FilmY, angle);
        var fibres = (across * scene.Draws.Uniform(10, 22) + 2 * scene.Field(4) + along).sin();
        var pink = scene.Between((0.93, 0.72, 0.82), (0.86, 0.58, 0.74));
        scene.Picture = (pink * (1 + 0.07 * fibres + 0.06 * scene.Field(8)).unsqueeze(1)).clamp_(0, 1);
        scene.Paint(Inside(scene.Field(4) - scene.Draws.Uniform(1.2, 2.5), 0.2) * 0.8, scene.Rgb(0.97, 0.93, 0.96));
    }

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        new("normal tissue", PaintNormal, "normal tissue", "healthy tissue"),
        new("tumour", PaintTumour, "tumour tissue", "a tumour"),
    ];

    private static Tensor Haematoxylin(Scene s) => s.Between((0.30, 0.17, 0.50), (0.48, 0.29, 0.64));

    private static void PaintNormal(Scene s)
    {
        var violet = Haematoxylin(s);
        var spacing = s.Draws.Uniform(0.25, 0.46);
        var salt = (s.Draws.Uniform() * 250).floor();
        var (nearest, _, number) = Sdf.Cells(s.X / spacing + s.Draws.Uniform(), s.Y / spacing + s.Draws.Uniform(), s.Draws.Uniform(0.15, 0.3), salt);
        s.Paint(s.Mask((s.Draws.Uniform(0.22, 0.3) + 0.06 * number - nearest) * spacing) * 0.92, violet);
        PaintGlands(s, violet, present: 0.65);
        PaintGlands(s, violet, present: 0.35);

        Balance(s);
    }

    // Ducts cut across: a pale hollow, a cuff of cells, their nuclei in a row.
    private static void PaintGlands(Scene s, Tensor violet, double present)
    {
        // Repeated, so that no place in the picture is likelier than another.
        var x = Sdf.Repeat(s.X + s.Draws.Uniform(0, Apart), Apart);
        var y = Sdf.Repeat(s.Y + s.Draws.Uniform(0, Apart), Apart) * s.Draws.Uniform(0.75, 1.3);
        var shown = s.Draws.Chance(present);
        var radius = Length(x, y);
        var size = s.Draws.Uniform(0.34, 0.5);
        s.Paint(s.Mask(size + 0.1 - radius) * shown, s.Between((0.85, 0.6, 0.78), (0.78, 0.55, 0.75)));
        s.Paint(s.Mask(size - 0.16 - radius) * shown, s.Rgb(0.97, 0.92, 0.95));
        var count = (s.Draws.Uniform(0.95, 1.15) * size * 2 * Math.PI / 0.27).round();
        var aside = Sdf.Repeat(y.atan2(x) * count / (2 * Math.PI), 1) * (2 * Math.PI) / count * size;
        s.Paint(s.Mask(0.085 - Length(aside, radius - size)) * shown, violet * 0.95);
    }

    private static void PaintTumour(Scene s)
    {
        s.Bend(0.04, 8);
        var violet = Haematoxylin(s) * 0.9;
        var (x, y) = Sdf.Turned(s.X, s.Y, s.Draws.Uniform(0, Math.PI));
        y = y * s.Draws.Uniform(0.7, 1);

        // Tumour grows in nests; between them the tissue looks through.
        var nest = s.Field(2) + s.Draws.Uniform(0.3, 2);
        var spacing = s.Draws.Uniform(0.32, 0.44);
        var salt = (s.Draws.Uniform() * 250).floor();
        var (nearest, _, number) = Sdf.Cells(x / spacing + s.Draws.Uniform(), y / spacing + s.Draws.Uniform(), full([1, 1, 1], 0.4, device: s.Device), salt);
        var grain = s.Field(16);
        s.Paint(Inside(nest, 0.15) * 0.5, s.Between((0.80, 0.55, 0.78), (0.70, 0.50, 0.76)));
        var nuclei = s.Mask((0.3 + 0.22 * (number * 7).remainder(1) - nearest + 0.04 * grain) * spacing) * Inside(nest + 0.3, 0.1);
        s.Paint(nuclei * 0.95, (violet * (0.75 + 0.5 * number + 0.12 * grain).unsqueeze(1)).clamp_(0, 1));
        Balance(s);
    }

    // More nuclei would make a picture darker and bluer. The amount of stain (optical density; Ruifrok and Johnston 2001) is brought to where
    // the mean colour is what the laboratory aims at, then the contrast, whatever the class.
    private static void Balance(Scene s)
    {
        var channels = cat([s.Draws.Bell(0, 0.08), s.Draws.Bell(0, 0.08), s.Draws.Bell(0, 0.08)], 1).unsqueeze(-1);
        var target = s.Between((0.74, 0.55, 0.71), (0.62, 0.46, 0.69)) + s.Draws.Bell(0, 0.08).unsqueeze(-1) + channels;
        var density = (s.Picture + 0.02).clamp_max_(0.995).log();
        var amount = target.log() / density.mean([2, 3], keepdim: true);
        for (var i = 0; i < 4; i++)
        {
            s.Picture = (density * amount).exp_();
            amount = amount * target.log() / s.Picture.mean([2, 3], keepdim: true).log();
        }

        var deviation = s.Picture - target;
        var contrast = s.Draws.Uniform(0.1, 0.14).unsqueeze(-1) / deviation.square().mean([1, 2, 3], keepdim: true).sqrt();
        s.Picture = (target + deviation * contrast).clamp_(0, 1);
    }
}
