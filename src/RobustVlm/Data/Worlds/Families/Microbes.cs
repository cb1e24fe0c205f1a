using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Microbes as seen through a microscope: stained on a bright field, or bright on a dark one.</summary>
internal sealed class Microbes : ClassFamily
{
    public override string Name => "microbes";

    public override string Title => "Microbes under the microscope";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.75,
        LargestScale = 1.1,
        Turn = Math.PI,
        Mirrored = true,
        NamesColour = false,
        NamesBackground = false,
        NamesPlace = false,
        Templates = ["a micrograph of {0}.", "{0} under the microscope.", "a microscope image of {0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        new("single cocci", Cocci, "single round bacteria", "cocci lying singly"),
        new("chains of cocci", Chains, "chains of round bacteria", "cocci in chains"),
        new("clusters of cocci", Clusters, "clusters of round bacteria", "cocci in clusters"),
        new("rods", Rods, "rod-shaped bacteria", "bacilli"),
        new("spirals", Spirals, "spiral bacteria", "spirochetes"),
        new("commas", Commas, "comma-shaped bacteria", "vibrios"),
        new("budding yeast", Yeast, "budding yeast", "budding yeast cells"),
        new("flagellates", Flagellates, "bacteria with flagella", "flagellated bacteria"),
        new("amoeba", Amoeba, "an amoeba"),
        new("diatoms", Diatoms, "diatoms", "diatoms with ribbed shells"),
    ];

    internal override void PaintBackground(Scene scene)
    {
        var (dark, blue) = (scene.Draws.Chance(0.4).unsqueeze(-1), scene.Draws.Chance(0.4).unsqueeze(-1));
        Tensor Either(Tensor choice, Tensor first, Tensor second) => second + choice * (first - second);
        var stain = Either(blue, scene.Between((0.08, 0.15, 0.5), (0.15, 0.42, 0.35)), scene.Between((0.42, 0.1, 0.5), (0.82, 0.22, 0.4)));
        scene.Paper = Either(dark, scene.Between((0.03, 0.03, 0.07), (0.12, 0.15, 0.13)), scene.Between((0.95, 0.92, 0.85), (0.72, 0.8, 0.9)));
        scene.Ink = Either(dark, scene.Between((0.45, 0.95, 0.4), (0.95, 0.9, 0.85)), stain);
        var uneven = 1 + 0.08 * scene.Field(2) + 0.03 * scene.Field(16);
        scene.Picture = (scene.Paper * uneven.unsqueeze(1)).clamp(0, 1);
    }

    private static Tensor Middle(Scene s, double share) => s.Ink * (1 - share) + s.Paper * share;

    /// <summary>Cells with one microbe each, some left empty, each turned its own way.</summary>
    private static (Tensor X, Tensor Y, Tensor Present, Lattice Grid) Scattered(Scene s, double period, double jitter, double share)
    {
        var grid = new Lattice(s.X + s.Draws.Uniform(-1, 1), s.Y + s.Draws.Uniform(-1, 1), period, period, s.Draws.Uniform());
        var (x, y) = Sdf.Turned(grid.X - grid.Uniform(-jitter, jitter), grid.Y - grid.Uniform(-jitter, jitter), grid.Uniform(0, 2 * Math.PI));
        return (x, y, grid.Chance(share), grid);
    }

    private static void Cocci(Scene s)
    {
        var (x, y, present, grid) = Scattered(s, 0.6, 0.12, 0.8);
        s.Paint(s.Mask(s.Draws.Uniform(0.12, 0.17) * grid.Uniform(0.9, 1.1) - Length(x, y)) * present, s.Ink);
    }

    private static void Chains(Scene s)
    {
        var height = 0.78;
        var rows = new Lattice(s.X, s.Y + s.Draws.Uniform(-1, 1), 100, height, s.Draws.Uniform());
        var line = rows.Y - 0.16 * (2.4 * s.X + rows.Uniform(0, 6.3)).sin();
        var along = s.X + rows.Uniform(-0.5, 0.5);
        var column = (along / 0.25).round();
        var present = (column * 0.25).abs().lt(rows.Uniform(0.55, 1.1)).to(ScalarType.Float32);
        s.Paint(s.Mask(s.Draws.Uniform(0.115, 0.14) - Length(along - column * 0.25, line)) * present, s.Ink);
    }

    private static void Clusters(Scene s)
    {
        var (width, height) = (0.25, 0.22);
        var y = s.Y + s.Draws.Uniform(-1, 1);
        var shift = (y / height).round().remainder(2) * (width / 2);
        var beads = new Lattice(s.X + shift, y, width, height, s.Draws.Uniform());
        var (beadX, beadY) = (beads.Column * width - shift, beads.Row * height);
        var groups = new Lattice(beadX + s.Draws.Uniform(-1, 1), beadY, 1.15, 1.15, s.Draws.Uniform());
        var near = groups.Uniform(0.34, 0.5) * beads.Uniform(0.85, 1.15) - Length(groups.X - groups.Uniform(-0.08, 0.08), groups.Y - groups.Uniform(-0.08, 0.08));
        var bead = s.Draws.Uniform(0.1, 0.115) - Length(beads.X - beads.Uniform(-0.015, 0.015), beads.Y);
        s.Paint(s.Mask(bead) * near.gt(0).to(ScalarType.Float32), s.Ink);
    }

    private static void Rods(Scene s)
    {
        var (x, y, present, grid) = Scattered(s, 0.66, 0.08, 0.85);
        var half = s.Draws.Uniform(0.13, 0.18) * grid.Uniform(0.85, 1.1);
        var rod = s.Draws.Uniform(0.07, 0.1) - Length((x.abs() - half).clamp_min(0), y);
        s.Paint(s.Mask(rod) * present, s.Ink);
    }

    private static void Spirals(Scene s)
    {
        var rows = new Lattice(s.X, s.Y + s.Draws.Uniform(-1, 1), 100, 0.66, s.Draws.Uniform());
        var x = s.X + rows.Uniform(-0.4, 0.4);
        var wave = s.Draws.Uniform(9, 13);
        var tall = s.Draws.Uniform(0.09, 0.13);
        var turns = x * wave + rows.Uniform(0, 6.3);
        var line = rows.Y + x * rows.Uniform(-0.14, 0.14) - tall * turns.sin();
        var slope = (1 + (tall * wave * turns.cos()).square()).sqrt();
        var spiral = Min(0.05 - line.abs() / slope, rows.Uniform(0.5, 0.95) - x.abs());
        s.Fill(spiral);
    }

    private static void Commas(Scene s)
    {
        var (x, y, present, _) = Scattered(s, 0.68, 0.08, 0.85);
        var thick = s.Draws.Uniform(0.0, 0.025);
        s.Paint(s.Mask(Sdf.Arc(x, y, -0.15, 0, 0.2, -1.15, 1.15, 0.14) + thick) * present, s.Ink);
    }

    private static void Yeast(Scene s)
    {
        var (x, y, present, grid) = Scattered(s, 1.05, 0.08, 0.9);
        var size = grid.Uniform(0.85, 1.1);
        var mother = (1 - Length((x + 0.1) / (0.3 * size), y / (0.25 * size))) * 0.25;
        var bud = grid.Uniform(0.11, 0.17) - Length(x - 0.31 * size, y);
        var both = Max(mother, bud);
        s.Paint(s.Mask(both) * present, Middle(s, 0.6));
        s.Paint(s.Mask(0.045 - (both - 0.03).abs()) * present, s.Ink);
        s.Paint(s.Mask(0.085 - Length(x + 0.14, y - 0.04)) * present, Middle(s, 0.15));
    }

    private static void Flagellates(Scene s)
    {
        var (x, y, present, grid) = Scattered(s, 1.35, 0.06, 0.97);
        var body = 0.14 - Length((x + 0.32).abs().sub(0.17).clamp_min(0), y);
        var tails = zeros_like(x) - 1;
        for (var i = -1; i <= 1; i++)
        {
            var phase = grid.Uniform(0, 6.3);
            var line = y - i * 0.42 * x.clamp_min(0) - 0.06 * (12 * x + phase).sin();
            tails = tails.maximum(Min(0.036 - 0.8 * line.abs(), x + 0.12, 0.62 - x));
        }

        s.Paint(s.Mask(tails) * present, Middle(s, 0.15));
        s.Paint(s.Mask(body) * present, s.Ink);
    }

    private static void Amoeba(Scene s)
    {
        var (x, y) = (s.X + s.Draws.Uniform(-0.2, 0.2), s.Y + s.Draws.Uniform(-0.2, 0.2));
        var angle = y.atan2(x);
        Tensor Wave(int lobes, double least, double most) => s.Draws.Uniform(least, most) * (lobes * angle + s.Draws.Uniform(0, 6.3)).sin();
        var edge = 0.58 + Wave(2, 0, 0.1) + Wave(3, 0.04, 0.14) + Wave(5, 0.1, 0.18) + Wave(7, 0.02, 0.08);
        var body = (edge - Length(x, y)) * 0.75;
        s.Paint(s.Mask(body), Middle(s, 0.55));
        s.Paint(s.Mask(0.04 - (body - 0.03).abs()), s.Ink);
        var grains = new Lattice(x, y, 0.2, 0.2, s.Draws.Uniform());
        s.Paint(s.Mask(Min(grains.Uniform(0.01, 0.06) - Length(grains.X - grains.Uniform(-0.05, 0.05), grains.Y), body - 0.1)) * 0.6, s.Ink);
        s.Fill(Sdf.Circle(x, y, -0.16, 0.05, 0.17), Middle(s, 0.1));
        s.Fill(Sdf.Circle(x, y, 0.2, -0.1, 0.11), s.Paper);
    }

    private static void Diatoms(Scene s)
    {
        var (x, y, present, grid) = Scattered(s, 1.2, 0.05, 0.92);
        var boat = (grid.Uniform(0.17, 0.25) * (1 - (x / 0.55).square()) - y.abs()) * 0.85;
        var ribs = 0.032 - Sdf.Repeat(x, 0.15).abs();
        s.Paint(s.Mask(boat) * present, Middle(s, 0.72));
        s.Paint(s.Mask(Max(Min(Max(ribs, 0.022 - y.abs()), boat), 0.036 - (boat - 0.02).abs())) * present, s.Ink);
    }
}
