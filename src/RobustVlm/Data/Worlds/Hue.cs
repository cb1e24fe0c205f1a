namespace RobustVlm.Data.Worlds;

/// <summary>A colour with the word for it.</summary>
internal sealed record Hue(string Name, double Red, double Green, double Blue)
{
    /// <summary>The colours that objects and backgrounds are drawn in.</summary>
    internal static readonly Hue[] All =
    [
        new("red", 0.84, 0.13, 0.12),
        new("orange", 0.95, 0.52, 0.10),
        new("yellow", 0.96, 0.86, 0.18),
        new("green", 0.16, 0.60, 0.22),
        new("turquoise", 0.16, 0.74, 0.72),
        new("blue", 0.13, 0.28, 0.82),
        new("purple", 0.52, 0.18, 0.66),
        new("pink", 0.96, 0.55, 0.72),
        new("brown", 0.45, 0.27, 0.12),
        new("white", 0.95, 0.95, 0.95),
        new("grey", 0.52, 0.52, 0.52),
        new("black", 0.06, 0.06, 0.07),
    ];

    /// <summary>Pairs of colours far enough apart that one is clearly seen on the other: indices of foreground and background.</summary>
    internal static readonly (int Front, int Back)[] Contrasts =
    [
        .. from front in Enumerable.Range(0, All.Length)
           from back in Enumerable.Range(0, All.Length)
           where All[front].DistanceTo(All[back]) > 0.55
           select (front, back),
    ];

    // Weighted as the eye weighs the channels, roughly.
    private double DistanceTo(Hue other) =>
        Math.Sqrt(1.2 * Square(Red - other.Red) + 1.6 * Square(Green - other.Green) + 0.6 * Square(Blue - other.Blue));

    private static double Square(double value) => value * value;
}
