using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Printed capital letters that are well told apart, thin or bold, narrow or wide, with serifs or without.</summary>
internal sealed class Letters : ClassFamily
{
    public override string Name => "letters";

    public override string Title => "Letters";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.4,
        LargestScale = 0.85,
        Turn = 0.35,
        Templates = ["a picture of {0}.", "{0}.", "a sign with {0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        Letter("A", [Low(-0.65), Low(0.65)], (x, y) => Max(Sdf.Stroke(x, y, 0, (-0.65, 0.9), (0, -0.9), (0.65, 0.9)), Sdf.Segment(x, y, -0.4, 0.3, 0.4, 0.3, 0))),
        Letter("C", [], (x, y) => Sdf.Arc(x, y, 0.1, 0, 0.85, 0.25 * Math.PI, 1.75 * Math.PI, 0)),
        Letter("E", [High(-0.5), Low(-0.5)], (x, y) => Max(Sdf.Stroke(x, y, 0, (0.5, -0.9), (-0.5, -0.9), (-0.5, 0.9), (0.5, 0.9)), Sdf.Segment(x, y, -0.5, 0, 0.35, 0, 0))),
        Letter("H", [High(-0.55), High(0.55), Low(-0.55), Low(0.55)], (x, y) => Max(
            Sdf.Segment(x, y, -0.55, -0.9, -0.55, 0.9, 0), Sdf.Segment(x, y, 0.55, -0.9, 0.55, 0.9, 0), Sdf.Segment(x, y, -0.55, 0, 0.55, 0, 0))),
        Letter("J", [High(0.4)], (x, y) => Max(Sdf.Segment(x, y, 0.4, -0.9, 0.4, 0.4, 0), Sdf.Arc(x, y, -0.08, 0.4, 0.48, 0, 0.95 * Math.PI, 0))),
        Letter("K", [High(-0.5), Low(-0.5), Low(0.55)], (x, y) => Max(Sdf.Segment(x, y, -0.5, -0.9, -0.5, 0.9, 0), Sdf.Stroke(x, y, 0, (0.5, -0.9), (-0.45, 0.1)), Sdf.Segment(x, y, -0.15, -0.2, 0.55, 0.9, 0))),
        Letter("L", [High(-0.45)], (x, y) => Sdf.Stroke(x, y, 0, (-0.45, -0.9), (-0.45, 0.9), (0.55, 0.9))),
        Letter("M", [Low(-0.7), Low(0.7)], (x, y) => Sdf.Stroke(x, y, 0, (-0.7, 0.9), (-0.7, -0.9), (0, 0.45), (0.7, -0.9), (0.7, 0.9))),
        Letter("P", [Low(-0.45)], (x, y) => Max(
            Sdf.Stroke(x, y, 0, (0.15, -0.9), (-0.45, -0.9), (-0.45, 0.9)), Sdf.Segment(x, y, -0.45, 0.06, 0.15, 0.06, 0), Sdf.Arc(x, y, 0.12, -0.42, 0.48, -0.5 * Math.PI, 0.5 * Math.PI, 0))),
        Letter("T", [Low(0)], (x, y) => Max(Sdf.Segment(x, y, -0.65, -0.9, 0.65, -0.9, 0), Sdf.Segment(x, y, 0, -0.9, 0, 0.9, 0))),
        Letter("X", [High(-0.6), High(0.6), Low(-0.6), Low(0.6)], (x, y) => Max(Sdf.Segment(x, y, -0.6, -0.9, 0.6, 0.9, 0), Sdf.Segment(x, y, 0.6, -0.9, -0.6, 0.9, 0))),
        Letter("Y", [High(-0.6), High(0.6), Low(0)], (x, y) => Max(Sdf.Stroke(x, y, 0, (-0.6, -0.9), (0, 0), (0.6, -0.9)), Sdf.Segment(x, y, 0, 0, 0, 0.9, 0))),
    ];

    private static (double X, double Y) High(double x) => (x, -0.9);

    private static (double X, double Y) Low(double x) => (x, 0.9);

    private static FamilyClass Letter(string letter, (double X, double Y)[] serifs, Func<Tensor, Tensor, Tensor> skeleton) => new(
        letter,
        scene =>
        {
            PaintPlate(scene);
            scene.Bend(0.025);
            var (x, y) = (scene.X / scene.Draws.Uniform(0.75, 1.05), scene.Y);
            var thickness = scene.Draws.Uniform(0.1, 0.2);
            var glyph = skeleton(x, y) + thickness;
            var withSerifs = scene.Draws.Chance(0.4);
            foreach (var (serifX, serifY) in serifs)
            {
                glyph = glyph.maximum(Sdf.Segment(x, y, serifX - 0.22, serifY, serifX + 0.22, serifY, 0) + thickness * 0.8 - 9 * (1 - withSerifs));
            }

            scene.Fill(glyph);
        },
        $"the {{colour}} letter {letter}",
        $"a {{colour}} capital {letter}");

    // A sign behind the letter, in a shade of the background.
    private static void PaintPlate(Scene scene)
    {
        var isRound = scene.Draws.Chance(0.4);
        var corner = Sdf.Box(scene.X, scene.Y, 0, 0, 1.2, 1.25, 0.15);
        var disc = Sdf.Circle(scene.X, scene.Y, 0, 0, 1.35);
        var plate = scene.Mask(isRound * disc + (1 - isRound) * corner);
        scene.Paint(plate * scene.Draws.Chance(0.35), (scene.Paper * scene.Draws.Uniform(0.75, 1.25).unsqueeze(-1)).clamp_(0, 1));
    }
}
