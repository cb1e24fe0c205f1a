using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Land from straight above in any orientation, season and light, as tiles of satellite pictures show it.</summary>
internal sealed class Aerial : ClassFamily
{
    public override string Name => "aerial";

    public override string Title => "Land seen from above";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.75,
        LargestScale = 1.1,
        Turn = Math.PI,
        Mirrored = true,
        NamesColour = false,
        NamesBackground = false,
        NamesPlace = false,
        Templates = ["an aerial picture of {0}.", "{0} seen from above.", "a satellite image of {0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        Tile("forest", Forest, "a dense forest", "a forest"),
        Tile("river", River, "a river", "a winding river"),
        Tile("highway", Highway, "a highway", "a motorway with cars"),
        Tile("houses", Houses, "houses", "a residential area"),
        Tile("crop fields", Crops, "crop fields", "a patchwork of fields"),
        Tile("orchard", Orchard, "an orchard", "trees planted in rows"),
        Tile("coast", Coast, "a coast", "a coastline with surf"),
        Tile("lake", Lake, "a lake"),
        Tile("runway", Runway, "an airport runway", "a runway"),
        Tile("sand dunes", Dunes, "sand dunes", "desert dunes"),
    ];

    internal override void PaintBackground(Scene scene)
    {
        scene.Ink = Soil(scene);
        scene.Paper = Soil(scene);
        var share = (2 * scene.Field(4)).sigmoid_().unsqueeze(1);
        scene.Picture = (scene.Ink + share * 0.7 * (scene.Paper - scene.Ink)) * (1 + 0.07 * scene.Field(16)).unsqueeze(1);
    }

    // The same light, seasons and (false) colours for every class, brightness evened out in part.
    private static FamilyClass Tile(string name, Action<Scene> draw, params string[] phrases) => new(
        name,
        scene =>
        {
            draw(scene);
            Varied.Reprint(scene);
            Varied.EvenOut(scene);
        },
        phrases);

    private static Tensor Soil(Scene s)
    {
        var dry = s.Draws.Uniform().unsqueeze(-1);
        return s.Between((0.14, 0.30, 0.14), (0.40, 0.48, 0.20)) * (1 - dry) + s.Between((0.40, 0.30, 0.20), (0.80, 0.70, 0.50)) * dry;
    }

    private static Tensor Water(Scene s) => s.Between((0.05, 0.12, 0.28), (0.42, 0.60, 0.62)) * (1 - 0.3 * s.Draws.Chance(0.4).unsqueeze(-1) * s.Rgb(-1, 0, 1));

    private static Tensor Trees(Scene s) => s.Between((0.07, 0.20, 0.10), (0.42, 0.40, 0.14));

    private static Tensor Asphalt(Scene s) => s.Between((0.22, 0.22, 0.25), (0.62, 0.60, 0.58));

    private static Tensor Water(Scene s, Tensor colour) => colour * (1 + 0.06 * s.Field(16)).unsqueeze(1);

    private static void Forest(Scene s)
    {
        var colour = Trees(s);
        s.Picture = (Scene.Shade(colour, 0.45) * (1 + 0.1 * s.Field(8)).unsqueeze(1)).clamp(0, 1);
        var size = s.Draws.Uniform(0.9, 1.35);
        s.Bend(0.05, 4);
        for (var layer = 0; layer < 2; layer++)
        {
            var crowns = new Lattice(s.X / size + 0.13 * layer, s.Y / size + 0.13 * layer, 0.27, 0.27, s.Draws.Uniform());
            var (x, y) = (crowns.X - crowns.Uniform(-0.05, 0.05), crowns.Y - crowns.Uniform(-0.05, 0.05));
            var light = (crowns.Uniform(0.65, 1.25) - 2.2 * (x + y)).unsqueeze(1);
            s.Paint(s.Mask(crowns.Uniform(0.09, 0.15) - Length(x, y)), (colour * light).clamp(0, 1));
        }
    }

    private static void River(Scene s)
    {
        var (wave, tall) = (s.Draws.Uniform(2, 3.4), s.Draws.Uniform(0.2, 0.4));
        var turns = s.X * wave + s.Draws.Uniform(0, 6.3);
        var slope = (1 + (tall * wave * turns.cos()).square()).sqrt();
        var line = (s.Y - s.Draws.Uniform(-0.3, 0.3) - tall * turns.sin() + 0.05 * s.Field(8)) / slope;
        var river = s.Draws.Uniform(0.13, 0.24) - line.abs();
        s.Fill(river + 0.07, s.Between((0.85, 0.78, 0.6), (0.65, 0.58, 0.42)));
        s.Fill(river, Water(s, Water(s)));
    }

    private static void Highway(Scene s)
    {
        var y = s.Y - s.Draws.Uniform(-0.3, 0.3) - s.Draws.Uniform(-0.2, 0.2) * s.X.square();
        var side = y.abs();
        s.Fill(0.47 - side, s.Picture * 0.8);
        s.Fill(Min(0.42 - side, side - 0.05), Asphalt(s));
        var dashes = Min(0.022 - (side - 0.235).abs(), 0.08 - Sdf.Repeat(s.X + s.Draws.Uniform(), 0.3).abs());
        s.Paint(s.Mask(dashes) * 0.95, s.Rgb(0.95, 0.95, 0.9));
        s.Fill(0.025 - (side - 0.41).abs(), s.Rgb(0.9, 0.9, 0.85));
        var lanes = new Lattice(s.X + s.Draws.Uniform(), y - 0.0925, 0.55, 0.185, s.Draws.Uniform());
        var car = Sdf.Box(lanes.X - lanes.Uniform(-0.14, 0.14), lanes.Y, 0, 0, 0.1, 0.052, 0.02);
        var paint = lanes.Uniform(0.05, 1).unsqueeze(1);
        var tone = cat([paint, lanes.Uniform(0.05, 1).unsqueeze(1), 1 - paint], 1);
        s.Paint(s.Mask(car) * lanes.Chance(0.5) * s.Mask(Min(0.4 - side, side - 0.05)), tone);
    }

    private static void Houses(Scene s)
    {
        var street = Asphalt(s);
        s.Fill(0.085 - Sdf.Repeat(s.Y + 0.62, 1.24).abs(), street);
        s.Paint(s.Mask(0.075 - Sdf.Repeat(s.X + s.Draws.Uniform(0, 2), 2.04).abs()) * s.Draws.Chance(0.7), street);
        var plots = new Lattice(s.X + 0.25, s.Y - 0.31, 0.51, 0.62, s.Draws.Uniform());
        var (x, y) = Sdf.Turned(plots.X, plots.Y, plots.Uniform(-0.15, 0.15));
        var (wide, deep) = (plots.Uniform(0.13, 0.19), plots.Uniform(0.11, 0.16));
        var house = Min(wide - x.abs(), deep - y.abs());
        var present = plots.Chance(0.92);
        s.Paint(s.Mask(Min(wide - (x - 0.05).abs(), deep - (y - 0.05).abs())) * present * 0.6, s.Rgb(0.05, 0.05, 0.08));
        var grey = plots.Chance(0.4).unsqueeze(1);
        var roof = s.Between((0.68, 0.3, 0.2), (0.45, 0.5, 0.6)) * (1 - grey) + s.Rgb(0.6, 0.6, 0.62) * grey;
        roof = roof * plots.Uniform(0.8, 1.25).unsqueeze(1) * (1 - 0.35 * y.gt(0).to(ScalarType.Float32)).unsqueeze(1);
        s.Paint(s.Mask(house) * present, roof.clamp(0, 1));
        var trees = new Lattice(s.X, s.Y, 0.51, 0.62, s.Draws.Uniform());
        s.Paint(s.Mask(0.07 - Length(trees.X - trees.Uniform(-0.04, 0.04), trees.Y - trees.Uniform(-0.25, -0.2))) * trees.Chance(0.5), Trees(s));
    }

    private static void Crops(Scene s)
    {
        var y = s.Y + 0.15 * s.X * s.Draws.Uniform(-1, 1) + s.Draws.Uniform();
        var rows = new Lattice(s.X, y, 100, 0.62, s.Draws.Uniform());
        var x = s.X * rows.Uniform(0.75, 1.3) + rows.Uniform(0, 1);
        var fields = new Lattice(x, y, 0.72, 0.62, s.Draws.Uniform());
        var (first, second) = (fields.Uniform().unsqueeze(1), fields.Uniform(0.6, 1.35).unsqueeze(1));
        var third = Soil(s);
        var colour = (Soil(s) * first + third * (1 - first)) * second;
        var (along, _) = Sdf.Turned(fields.X, fields.Y, fields.Uniform(0, 1).gt(0.5).to(ScalarType.Float32) * (Math.PI / 2));
        var furrows = 1 + fields.Uniform(0, 0.22) * (along * s.Draws.Uniform(36, 48)).sin();
        s.Picture = (colour * furrows.unsqueeze(1)).clamp(0, 1);
        var edge = Max(fields.X.abs() - 0.335, fields.Y.abs() - 0.285);
        s.Paint(s.Mask(edge) * 0.8, s.Between((0.85, 0.78, 0.6), (0.12, 0.22, 0.1)));
    }

    private static void Orchard(Scene s)
    {
        var period = s.Draws.Uniform(0.9, 1.3);
        var trees = new Lattice(s.X / period, s.Y / period, 0.3, 0.3, s.Draws.Uniform());
        var radius = s.Draws.Uniform(0.08, 0.105) * trees.Uniform(0.9, 1.1);
        s.Picture = s.Picture * 0.6 + Soil(s) * 0.5;
        var present = trees.Chance(0.96);
        s.Paint(s.Mask(radius - Length(trees.X - 0.04, trees.Y - 0.04)) * present * 0.5, s.Rgb(0.05, 0.05, 0.05));
        s.Paint(s.Mask(radius - Length(trees.X, trees.Y)) * present, Trees(s));
    }

    private static void Coast(Scene s)
    {
        var line = s.Y + s.Draws.Uniform(-0.45, 0.45) + 0.16 * (s.X * s.Draws.Uniform(1.5, 3) + s.Draws.Uniform(0, 6)).sin() + 0.07 * s.Field(8);
        var water = Water(s);
        var beach = s.Draws.Uniform(0.1, 0.28);
        s.Fill(line + beach, s.Between((0.88, 0.80, 0.62), (0.6, 0.52, 0.42)));
        s.Fill(line, Water(s, (water * 1.5 + 0.08).clamp(0, 1)));
        s.Paint(s.Mask((line - 0.3) * 0.3), Water(s, water));
        var surf = Max(0.045 - (line - 0.05).abs(), 0.03 - (line - 0.2 - 0.03 * (s.X * 9).sin()).abs());
        s.Paint(s.Mask(surf) * 0.85, s.Rgb(0.95, 0.97, 0.97));
    }

    private static void Lake(Scene s)
    {
        var (x, y) = (s.X * s.Draws.Uniform(0.85, 1.2) + s.Draws.Uniform(-0.4, 0.4), s.Y + s.Draws.Uniform(-0.4, 0.4));
        var angle = y.atan2(x);
        Tensor Wave(int lobes, double most) => s.Draws.Uniform(0, most) * (lobes * angle + s.Draws.Uniform(0, 6.3)).sin();
        var shore = s.Draws.Uniform(0.42, 0.6) + Wave(2, 0.14) + Wave(3, 0.1) + Wave(5, 0.06) - Length(x, y) + 0.02 * s.Field(8);
        s.Fill(shore + 0.08, s.Between((0.75, 0.68, 0.5), (0.15, 0.28, 0.12)));
        s.Fill(shore, Water(s, Water(s)));
        s.Paint(s.Mask(Sdf.Circle(x, y, 0.1, 0.05, 0.1)) * s.Draws.Chance(0.25), Trees(s));
    }

    private static void Runway(Scene s)
    {
        var (x, y) = (s.X - s.Draws.Uniform(-0.3, 0.3), s.Y - s.Draws.Uniform(-0.3, 0.15));
        var end = x.abs();
        var asphalt = s.Between((0.2, 0.2, 0.23), (0.42, 0.41, 0.40));
        var taxi = Max(0.06 - (y - 0.62).abs(), Min(0.06 - Sdf.Repeat(x, 0.8).abs(), 0.62 - y, y));
        s.Fill(taxi, asphalt * 1.15);
        var strip = Min(0.28 - y.abs(), 0.98 - end);
        s.Fill(strip, asphalt);
        var white = s.Rgb(0.96, 0.96, 0.94);
        var keys = Min(0.03 - Sdf.Repeat(y, 0.115).abs(), 0.12 - (end - 0.8).abs(), 0.25 - y.abs());
        var centre = Min(0.03 - y.abs(), 0.075 - Sdf.Repeat(x, 0.28).abs(), 0.6 - end);
        var touch = Min(0.035 - (y.abs() - 0.15).abs(), 0.08 - (end - 0.45).abs());
        s.Fill(Max(keys, centre, touch), white);
    }

    private static void Dunes(Scene s)
    {
        var warp = s.Y * s.Draws.Uniform(1.7, 2.8) + 0.22 * s.Field(2) + 0.2 * s.Field(4) + s.Draws.Uniform(0.1, 0.2) * (s.X * s.Draws.Uniform(2, 4)).sin();
        // A long slope to windward, a short dark one to leeward.
        var lee = s.Mask((s.Draws.Uniform(0.12, 0.2) - Sdf.Repeat(warp, 1).abs()) * 0.4);
        var light = 0.95 - s.Draws.Uniform(0.3, 0.5) * lee + 0.12 * (2 * Math.PI * warp - 2).cos();
        s.Picture = (s.Picture * 1.1 * light.unsqueeze(1) * (1 + 0.03 * s.Field(16)).unsqueeze(1)).clamp(0, 1);
    }
}
