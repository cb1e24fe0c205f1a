using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Landscapes and places under any sky: day, dusk, night, clouds.</summary>
internal sealed class Scenes : ClassFamily
{
    public override string Name => "scenes";

    public override string Title => "Landscapes and places";

    internal override FamilyStyle Style { get; } = new()
    {
        NamesColour = false,
        NamesBackground = false,
        NamesPlace = false,
        Templates = ["a picture of {0}.", "a view of {0}.", "{0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        View("mountains", Mountains, "mountains", "snowy mountains"),
        View("volcano", Volcano, "a volcano", "a smoking volcano"),
        View("city skyline", City, "a city skyline", "the skyline of a city"),
        View("forest", Forest, "a forest of firs", "a fir forest"),
        View("country road", Road, "a country road", "a road to the horizon"),
        View("beach", Beach, "a beach", "a beach with a parasol"),
        View("pyramids", Pyramids, "pyramids", "the pyramids in the desert"),
        View("flower field", Flowers, "a field of flowers", "a flower field"),
        View("waterfall", Waterfall, "a waterfall"),
        View("bridge", Bridge, "a suspension bridge", "a bridge over water"),
    ];

    internal override void PaintBackground(Scene scene)
    {
        // Four skies, each with a colour above and one at the horizon.
        var which = scene.Draws.Uniform().unsqueeze(-1);
        Tensor Sky(int index, Tensor first, Tensor second) => where(which.gt(index / 4.0), second, first);
        var (night, day) = (scene.Between((0.02, 0.03, 0.12), (0.08, 0.10, 0.25)), scene.Between((0.15, 0.40, 0.85), (0.45, 0.70, 0.95)));
        var (dusk, cloudy) = (scene.Between((0.30, 0.18, 0.50), (0.75, 0.40, 0.45)), scene.Between((0.50, 0.55, 0.60), (0.75, 0.78, 0.80)));
        scene.Ink = Sky(3, Sky(2, Sky(1, night, day), dusk), cloudy);
        scene.Paper = Sky(3, Sky(2, Sky(1, night * 1.5 + 0.05, day * 0.4 + 0.55), scene.Between((0.98, 0.60, 0.25), (0.95, 0.75, 0.55))), cloudy * 0.7 + 0.28);
        var down = ((scene.FilmY + 1) * 0.7).clamp(0, 1).unsqueeze(1);
        scene.Picture = scene.Ink + down * (scene.Paper - scene.Ink);
        var disc = scene.Draws.Uniform(0.09, 0.16) - Length(scene.FilmX - scene.Draws.Uniform(-0.9, 0.9), scene.FilmY - scene.Draws.Uniform(-0.85, -0.3));
        scene.Paint(Inside(disc, 1.0 / scene.Size) * scene.Draws.Chance(0.4), scene.Between((1, 0.98, 0.85), (1, 0.8, 0.45)));
        var clouds = Inside(scene.Field(4) + 0.4 * scene.Field(8) - scene.Draws.Uniform(0.6, 1.5), 0.25);
        scene.Paint(clouds * 0.6 * scene.Draws.Chance(0.6), scene.Paper * 0.5 + 0.45);
    }

    // The same change of frame, light and colour for every class, so that a palette or a place tells little.
    private static FamilyClass View(string name, Action<Scene> draw, params string[] phrases) => new(
        name,
        scene =>
        {
            // Near or far, to any side, high or low: the frame is chosen anew for every picture.
            scene.Pose(
                scene.Draws.Uniform(-0.5, 0.5), scene.Draws.Uniform(-0.4, 0.25), scene.Draws.Uniform(0.65, 1.25), scene.Draws.Uniform(-0.08, 0.08), 1 - 2 * scene.Draws.Chance(0.5));
            draw(scene);
            Varied.Reprint(scene);
            Varied.EvenOut(scene);
        },
        phrases);

    // How bright things are under this sky.
    private static Tensor Light(Scene s) => 0.35 + 0.75 * s.Paper.mean([1L], keepdim: true);

    private static Tensor Horizon(Scene s) => s.Draws.Uniform(0.0, 0.45);

    private static Tensor Land(Scene s)
    {
        var dry = s.Draws.Uniform().unsqueeze(-1);
        var snow = s.Draws.Chance(0.15).unsqueeze(-1);
        var land = s.Between((0.12, 0.32, 0.12), (0.45, 0.60, 0.25)) * (1 - dry) + s.Between((0.45, 0.33, 0.20), (0.88, 0.76, 0.50)) * dry;
        return (land + snow * (0.92 - land)) * Light(s);
    }

    private static void Ground(Scene s, Tensor horizon) => s.Fill(s.Y - horizon, (Land(s) * (1 + 0.07 * s.Field(8)).unsqueeze(1)).clamp(0, 1));

    private static Tensor Rock(Scene s) => s.Between((0.25, 0.24, 0.30), (0.60, 0.48, 0.40)) * Light(s);

    private static Tensor Sea(Scene s) => s.Between((0.06, 0.20, 0.40), (0.25, 0.55, 0.60)) * Light(s);

    private static void Mountains(Scene s)
    {
        var horizon = Horizon(s);
        var rock = Rock(s);
        for (var layer = 0; layer < 2; layer++)
        {
            var shift = s.Draws.Uniform(-0.2, 0.2);
            var rough = 0.05 * s.Field(16);
            var (top, drop, side) = (full([1, 1, 1], -9.0, device: s.Device), s.Y, s.X);
            for (var i = -1; i <= 1; i++)
            {
                var away = s.X - shift - i * 0.72 - s.Draws.Uniform(-0.2, 0.2);
                var below = s.Y - horizon + s.Draws.Uniform(0.45, 0.95) * (layer == 0 ? 1 : 0.7);
                var peak = below - away.abs() * s.Draws.Uniform(0.9, 1.5) - rough;
                var nearer = peak.gt(top);
                (top, drop, side) = (top.maximum(peak), where(nearer, below, drop), where(nearer, away, side));
            }

            // Snow near the top; the right side lies in shadow.
            var snow = s.Mask(0.26 - drop + 0.06 * (side * 25).sin()).unsqueeze(1);
            var stone = layer == 0 ? rock * 0.75 + s.Paper * 0.25 : rock;
            var colour = (stone + snow * (Light(s) - stone)) * (1 - 0.45 * s.Mask(side - 0.1 * rough)).unsqueeze(1);
            s.Fill(top * 0.7, colour.clamp(0, 1));
        }

        Ground(s, horizon);
    }

    private static void Volcano(Scene s)
    {
        var horizon = Horizon(s);
        var x = s.X - s.Draws.Uniform(-0.25, 0.25);
        var top = horizon - s.Draws.Uniform(0.6, 0.85);
        var drop = s.Y - top;
        var lean = s.Draws.Uniform(-0.3, 0.3);
        var smokeX = x - lean * drop;
        for (var i = 0; i < 3; i++)
        {
            var puff = s.Draws.Uniform(0.14, 0.2) + 0.05 * i - Length(smokeX - s.Draws.Uniform(-0.12, 0.12), drop + 0.12 + 0.2 * i);
            s.Paint(s.Mask(puff + 0.03 * s.Field(16)) * 0.9, s.Between((0.35, 0.33, 0.35), (0.8, 0.78, 0.76)));
        }

        var cone = Min((s.Draws.Uniform(0.14, 0.2) + 0.55 * drop.clamp_min(0) + 0.35 * drop.clamp_min(0).square() - x.abs()) * 0.75, drop - 0.05 + 0.03 * (x * 20).cos());
        var rock = Rock(s) * 0.8;
        s.Fill(cone, rock);
        s.Paint(s.Mask(cone) * s.Mask(x + 0.05 * s.Field(8)) * 0.4, rock * 0.4);
        var stream = 0.06 + 0.1 * drop.clamp_min(0) - (x - 0.1 * (drop * 7 + s.Draws.Uniform(0, 6)).sin() * drop.clamp_min(0)).abs();
        s.Paint(s.Mask(Min(stream, cone, 0.5 - drop)) * s.Draws.Chance(0.75), s.Between((1.0, 0.35, 0.08), (1.0, 0.65, 0.15)));
        Ground(s, horizon);
    }

    private static void City(Scene s)
    {
        var horizon = Horizon(s) + 0.25;
        var lit = s.Draws.Chance(0.5).unsqueeze(-1);
        var level = zeros([1, 1, 1], device: s.Device);
        for (var layer = 0; layer < 2; layer++)
        {
            var width = layer == 0 ? 0.34 : 0.42;
            var houses = new Lattice(s.X + s.Draws.Uniform(), level, width, 1, s.Draws.Uniform());
            var height = houses.Uniform(0.25, 1.0) * (layer == 0 ? 1.15 : 0.75);
            var half = width * houses.Uniform(0.36, 0.5);
            var wall = Min(half - houses.X.abs(), s.Y - horizon + height);
            var spire = Min(0.03 - houses.X.abs(), s.Y - horizon + height + 0.25 * houses.Chance(0.4));
            var tone = s.Between((0.12, 0.14, 0.22), (0.65, 0.60, 0.58)) * Light(s);
            tone = layer == 0 ? tone * 0.7 + s.Paper * 0.3 : tone;
            s.Fill(Max(wall, spire), (tone * houses.Uniform(0.7, 1.25).unsqueeze(1)).clamp_(0, 1));
            var panes = new Lattice(houses.X, s.Y, 0.105, 0.13, s.Draws.Uniform() + 0.01 * houses.Column);
            var pane = Min(0.033 - panes.X.abs(), 0.038 - panes.Y.abs(), wall - 0.04);
            s.Paint(s.Mask(pane) * panes.Chance(0.7) * 0.9, lit * s.Rgb(1, 0.88, 0.5) + (1 - lit) * tone * 0.45);
        }

        Ground(s, horizon);
    }

    private static void Forest(Scene s)
    {
        var horizon = Horizon(s) - 0.1;
        Ground(s, horizon);
        var green = s.Between((0.04, 0.20, 0.13), (0.35, 0.45, 0.15)) * Light(s);
        var snow = s.Draws.Chance(0.25) * 0.6;
        var level = zeros([1, 1, 1], device: s.Device);
        for (var layer = 0; layer < 3; layer++)
        {
            var width = 0.26 + 0.08 * layer;
            var firs = new Lattice(s.X + s.Draws.Uniform(), level, width, 1, s.Draws.Uniform());
            var height = firs.Uniform(0.5, 0.8) + 0.06 * layer;
            var drop = s.Y - horizon - 0.08 - 0.24 * layer + height;
            var tiers = drop / height * 3.5;
            var saw = tiers - tiers.floor();
            var half = (0.143 * drop / height + 0.06 * saw * (tiers * 0.6).clamp(0, 1)) * (width / 0.26);
            var across = (firs.X - firs.Uniform(-0.03, 0.03)).abs();
            var fir = Min((half - across) * 0.9, height - drop);
            var tone = green * (0.7 + 0.25 * layer) + s.Paper * (0.2 - 0.1 * layer);
            s.Fill(fir, (tone * firs.Uniform(0.8, 1.2).unsqueeze(1)).clamp_(0, 1));
            s.Paint(s.Mask(Min((0.4 - saw) * 0.15, half * 0.8 - across, height - drop)) * snow, (0.95 * Light(s)).clamp(0, 1));
        }
    }

    private static void Road(Scene s)
    {
        var horizon = Horizon(s) - 0.15;
        Ground(s, horizon);
        var depth = (s.Y - horizon).clamp_min(0.001);
        var x = s.X - s.Draws.Uniform(-0.35, 0.35) * (1.1 - depth) - s.Draws.Uniform(-0.45, 0.45) * (1 - depth).square() * depth;
        var half = 0.03 + s.Draws.Uniform(0.5, 0.75) * depth;
        var below = s.Y - horizon;
        var road = Min((half - x.abs()) * 0.85, below);
        s.Fill(road, s.Between((0.18, 0.18, 0.2), (0.5, 0.48, 0.46)) * Light(s));
        var white = (s.Between((0.98, 0.98, 0.95), (0.98, 0.85, 0.35)) * Light(s)).clamp(0, 1);
        var dash = ((1 / (depth + 0.12)) * 3.2 + s.Draws.Uniform(0, 6)).sin();
        s.Paint(s.Mask(Min(half * 0.09 - x.abs(), below)) * (dash * 6).sigmoid(), white);
        s.Fill(Min(half * 0.06 - (x.abs() - half * 0.86).abs(), below), white);
    }

    private static void Beach(Scene s)
    {
        var horizon = Horizon(s) - 0.25;
        var depth = s.Y - horizon;
        s.Fill(depth, (Sea(s) * (1 + 0.08 * (depth * 40).sin() * s.Mask(depth) + 0.05 * s.Field(8)).unsqueeze(1)).clamp(0, 1));
        var shore = depth - s.Draws.Uniform(0.3, 0.5) - s.Draws.Uniform(0.2, 0.6) * s.X - 0.05 * (s.X * 6).sin();
        s.Fill(shore + 0.07, (s.Rgb(0.97, 0.98, 1) * Light(s)).clamp(0, 1));
        s.Fill(shore, ((s.Between((0.93, 0.82, 0.58), (0.70, 0.60, 0.48)) * Light(s)) * (1 + 0.05 * s.Field(16)).unsqueeze(1)).clamp(0, 1));
        var (x, y) = (s.X - s.Draws.Uniform(0.2, 0.5), s.Y - horizon - s.Draws.Uniform(0.35, 0.6));
        var (u, v) = Sdf.Turned(x, y, s.Draws.Uniform(-0.3, 0.3));
        s.Fill(Sdf.Segment(u, v, 0, -0.3, 0, 0.42, 0.06), s.Rgb(0.9, 0.88, 0.85) * 0.9);
        var shade = Min(0.42 - Length(u, v + 0.02), -0.06 - v);
        var cloth = s.Between((0.9, 0.15, 0.15), (0.15, 0.35, 0.9));
        s.Fill(shade, cloth);
        s.Paint(s.Mask(Min(0.14 * (v.atan2(u) * 6).sin(), shade)), s.Rgb(0.98, 0.97, 0.92));
        s.Paint(s.Mask(Sdf.Box(x, y, 0.2, 0.45, 0.22, 0.05, 0.04)) * s.Draws.Chance(0.6), cloth * 0.6 + 0.2);
    }

    private static void Pyramids(Scene s)
    {
        var horizon = Horizon(s) + 0.05;
        var stone = s.Between((0.85, 0.68, 0.40), (0.55, 0.48, 0.42)) * Light(s);
        for (var i = 0; i < 3; i++)
        {
            var side = i switch { 0 => -1.0, 1 => 1.0, _ => 0.0 };
            var x = s.X - side * s.Draws.Uniform(0.45, 0.75) - s.Draws.Uniform(-0.15, 0.15);
            var height = i == 2 ? s.Draws.Uniform(0.6, 0.9) : s.Draws.Uniform(0.3, 0.55);
            var drop = s.Y - horizon + height - 0.03 * i;
            var slope = s.Draws.Uniform(0.75, 0.95);
            var shape = (drop * slope - x.abs()) * 0.7;
            var present = i == 1 ? s.Draws.Chance(0.6) : ones_like(height);
            var courses = (1 + 0.1 * (drop * 50).sin()).unsqueeze(1);
            s.Paint(s.Mask(shape) * present, (stone * courses).clamp(0, 1));
            s.Paint(s.Mask(Min(shape, x - 0.28 * drop * slope)) * present * 0.75, stone * 0.5);
        }

        var line = horizon + 0.04 * (s.X * s.Draws.Uniform(2, 5) + s.Draws.Uniform(0, 6)).sin() + 0.03;
        Ground(s, line);
    }

    private static void Flowers(Scene s)
    {
        var horizon = Horizon(s) - 0.25;
        var depth = (s.Y - horizon).clamp_min(0);
        s.Fill(s.Y - horizon, (s.Between((0.10, 0.32, 0.10), (0.40, 0.60, 0.22)) * Light(s) * (1 + 0.07 * s.Field(8)).unsqueeze(1)).clamp(0, 1));
        // In these coordinates flowers of equal size stand evenly; on the picture they shrink towards the horizon.
        var size = depth * 0.55 + 0.16;
        var row = size.log() * 1.9;
        var bloom = new Lattice(s.X / size + 0.7 * (row / 0.5).round().remainder(2) * 0.5, row + s.Draws.Uniform(), 0.62, 0.5, s.Draws.Uniform());
        var (x, y) = (bloom.X - bloom.Uniform(-0.08, 0.08), bloom.Y - bloom.Uniform(-0.015, 0.015));
        var other = bloom.Chance(0.4).unsqueeze(1);
        var tone = s.Between((0.95, 0.15, 0.2), (0.98, 0.85, 0.25)) * (1 - other) + s.Between((0.65, 0.3, 0.85), (0.98, 0.95, 0.95)) * other;
        var present = bloom.Chance(0.92) * s.Mask(s.Y - horizon - 0.03);
        var radius = Length(x, y);
        var petals = (0.19 + 0.045 * (y.atan2(x) * 5).cos() - radius) * size;
        s.Paint(s.Mask(petals) * present, tone * Light(s).clamp(0.5, 1));
        s.Paint(s.Mask((0.075 - radius) * size) * present, s.Rgb(0.95, 0.8, 0.2) * Light(s).clamp(0, 1));
    }

    private static void Waterfall(Scene s)
    {
        var top = s.Draws.Uniform(-0.6, -0.25);
        var pool = s.Draws.Uniform(0.45, 0.7);
        var rock = Rock(s);
        var cliff = s.Y - top - 0.12 * s.Field(8) + 0.15 * (s.X * 3 + s.Draws.Uniform(0, 6)).sin();
        var strata = 1 + 0.22 * s.Field(16) + 0.1 * s.Field(8);
        s.Fill(cliff, (rock * strata.unsqueeze(1)).clamp(0, 1));
        s.Paint(s.Mask(0.06 - (cliff - 0.04).abs()) * 0.8, s.Between((0.12, 0.32, 0.12), (0.45, 0.60, 0.25)) * Light(s));
        var x = s.X - s.Draws.Uniform(-0.4, 0.4);
        s.Fill(s.Y - pool, Sea(s));
        var half = s.Draws.Uniform(0.16, 0.3) + 0.05 * (s.Y - top);
        var fall = Min(half - x.abs(), s.Y - top - 0.02, pool + 0.06 - s.Y);
        var streaks = 0.85 + 0.15 * (x * 30 + 2 * s.Field(4)).sin();
        s.Fill(fall, ((s.Rgb(0.92, 0.97, 1) * Light(s)).clamp(0.25, 1) * streaks.unsqueeze(1)).clamp(0, 1));
        var mist = (1 - Length(x / (half + 0.22), (s.Y - pool - 0.03) / 0.16)) * 0.16;
        s.Paint(s.Mask(mist * 0.6) * 0.85, (s.Rgb(0.95, 0.97, 1) * Light(s)).clamp(0.25, 1));
    }

    private static void Bridge(Scene s)
    {
        var horizon = Horizon(s) + 0.1;
        var depth = s.Y - horizon;
        s.Fill(depth + 0.06 + 0.05 * s.Field(4), Land(s));
        s.Fill(depth, (Sea(s) * (1 + 0.07 * s.Field(16)).unsqueeze(1)).clamp(0, 1));
        var deck = horizon - s.Draws.Uniform(0.05, 0.25);
        var apart = s.Draws.Uniform(0.5, 0.68);
        var tall = s.Draws.Uniform(0.5, 0.7);
        var steel = s.Between((0.80, 0.22, 0.15), (0.35, 0.38, 0.45)) * (0.3 + 0.6 * Light(s));
        var away = s.X - s.Draws.Uniform(-0.15, 0.15);
        var side = away.abs();
        var up = s.Y - deck;
        var inner = up + 0.06 + (tall - 0.06) * (side / apart).square();
        var outer = up + tall - (side - apart) * tall / 0.6;
        var cable = where(side.lt(apart), inner / (1 + 2 * side * tall / apart.square()).clamp_min(1).sqrt(), outer * 0.7);
        var above = where(side.lt(apart), inner, outer);
        s.Paint(s.Mask(Min(0.018 - Sdf.Repeat(side, 0.155).abs(), above, 0.02 - up)) * 0.8, steel);
        s.Fill(Max(Min(0.028 - cable.abs(), 0.02 - up), 0.045 - up.abs()), steel);
        s.Fill(Min(0.065 - (side - apart).abs(), up + tall + 0.05, 0.12 - depth), steel * 0.9);
    }
}
