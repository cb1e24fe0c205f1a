using RobustVlm.Data;
using RobustVlm.Data.Worlds;
using RobustVlm.Data.Worlds.Families;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

public sealed class FlagsTests
{
    /// <summary>Letters: colours at a grid of places from the pole outwards and from the top down; x and y are shares of the flag.</summary>
    [Theory]
    [InlineData("France", "0.17,0.5 b; 0.5,0.5 w; 0.83,0.5 r")]
    [InlineData("Italy", "0.17,0.5 g; 0.5,0.5 w; 0.83,0.5 r")]
    [InlineData("Belgium", "0.17,0.5 k; 0.5,0.5 y; 0.83,0.5 r")]
    [InlineData("Netherlands", "0.2,0.17 r; 0.2,0.5 w; 0.2,0.83 b")]
    [InlineData("Germany", "0.2,0.17 k; 0.2,0.5 r; 0.2,0.83 y")]
    [InlineData("Hungary", "0.2,0.17 r; 0.2,0.5 w; 0.2,0.83 g")]
    [InlineData("Austria", "0.2,0.17 r; 0.2,0.5 w; 0.2,0.83 r")]
    [InlineData("Ukraine", "0.2,0.25 b; 0.2,0.75 y")]
    [InlineData("Japan", "0.15,0.2 w; 0.5,0.5 r; 0.85,0.8 w")]
    [InlineData("Switzerland", "0.5,0.5 w; 0.25,0.5 w; 0.5,0.25 w; 0.2,0.2 r; 0.8,0.8 r")]
    [InlineData("Denmark", "0.378,0.2 w; 0.15,0.5 w; 0.15,0.2 r; 0.6,0.2 r")]
    [InlineData("Sweden", "0.375,0.2 y; 0.15,0.5 y; 0.15,0.2 b; 0.6,0.2 b")]
    public void Colours_are_where_the_real_flag_has_them(string country, string places)
    {
        using var scope = NewDisposeScope();
        const int Size = 128;
        var fields = new SmoothFields(Size, CPU).Prepare(Scene.FieldCells);
        var numbers = zeros([1, Scene.Fields * SmoothFields.NumbersFor(Scene.FieldCells[^1])]);
        var scene = new Scene(Size, new PhantomDraws(full([1, 96], 0.5)), fields, numbers, CPU);
        var flag = new Flags().Members.Single(member => member.Name == country);
        var ratio = country switch { "Germany" => 0.6, "Hungary" => 0.5, "Switzerland" => 1, "Denmark" => 28 / 37.0, "Sweden" => 10 / 16.0, _ => 2 / 3.0 };

        flag.Draw(scene);

        foreach (var place in places.Split("; "))
        {
            var (across, down, letter) = (double.Parse(place.Split(',')[0], null), double.Parse(place.Split(',', ' ')[1], null), place[^1]);
            var shrink = Math.Sqrt(Math.Max(ratio, 2 / 3.0) * 1.5);
            var (x, y) = (0.9 * (2 * across - 1) / shrink, 0.9 * ratio * (2 * down - 1) / shrink);
            var pixel = scene.Picture[0, TensorIndex.Colon, (int)((y + 1) / 2 * Size), (int)((x + 1) / 2 * Size)].data<float>().ToArray();
            Assert.Equal((place, letter), (place, Nearest(pixel)));
        }
    }

    private static char Nearest(float[] pixel)
    {
        (char Letter, double R, double G, double B)[] known =
            [('r', 0.8, 0.1, 0.15), ('w', 0.9, 0.9, 0.9), ('b', 0.1, 0.2, 0.6), ('g', 0.1, 0.5, 0.3), ('y', 0.9, 0.8, 0.1), ('k', 0.08, 0.08, 0.08)];
        return known.MinBy(hue => Math.Pow(hue.R - pixel[0], 2) + Math.Pow(hue.G - pixel[1], 2) + Math.Pow(hue.B - pixel[2], 2)).Letter;
    }
}
