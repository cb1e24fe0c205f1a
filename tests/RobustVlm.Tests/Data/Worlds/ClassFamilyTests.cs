using RobustVlm.Data.Worlds;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

public sealed class ClassFamilyTests
{
    [Fact]
    public void Pictures_of_another_than_the_native_size_are_scaled_from_it()
    {
        using var scope = NewDisposeScope();
        var family = new SmallTestFamily();
        using var native = family.Render(10, 28, new Generator(1));
        using var large = family.Render(10, 56, new Generator(1));

        var scaled = nn.functional.interpolate(native.Images, [56L, 56], mode: InterpolationMode.Bilinear, align_corners: false);

        Assert.True(scaled.Equals(large.Images));
        Assert.Equal(native.Captions, large.Captions);
    }

    [Theory]
    [InlineData("a red circle", 0)]
    [InlineData("a green circle", 1)]
    [InlineData("a blue circle", 2)]
    public void Captions_say_the_colour_in_which_the_object_is_drawn(string words, int channel)
    {
        // The object covers the whole picture, so the picture's colour is the object's.
        var family = new SmallTestFamily { First = s => s.Fill(Sdf.Circle(s.X, s.Y, 0, 0, 9)) };

        AssertStrongest(family, words, channel);
    }

    [Theory]
    [InlineData("on a red background", 0)]
    [InlineData("on a green background", 1)]
    [InlineData("on a blue background", 2)]
    public void Captions_say_the_colour_of_the_background(string words, int channel) =>
        AssertStrongest(new SmallTestFamily { First = _ => { } }, words, channel);

    [Fact]
    public void Captions_say_where_the_object_is()
    {
        using var scope = NewDisposeScope();
        var family = new SmallTestFamily { First = s => s.Picture = ((s.X.square() + s.Y.square()).sqrt() < 0.3).to(ScalarType.Float32).unsqueeze(1).expand(-1, 3, -1, -1) };
        using var batch = family.Render(zeros(200, ScalarType.Int64), 28, new Generator(5));
        var spot = (batch.Images.mean([1]) > 0.4).to(ScalarType.Float32);
        var column = (spot * arange(28, dtype: ScalarType.Float32).view(1, 1, -1)).sum([1, 2]) / spot.sum([1, 2]);
        var row = (spot * arange(28, dtype: ScalarType.Float32).view(1, -1, 1)).sum([1, 2]) / spot.sum([1, 2]);

        Assert.True(Mean(column, " left") < 12 && Mean(column, " right") > 15, $"Left {Mean(column, " left")}, right {Mean(column, " right")}.");
        Assert.True(Mean(row, " top") < 12 && Mean(row, " bottom") > 15, $"Top {Mean(row, " top")}, bottom {Mean(row, " bottom")}.");

        double Mean(Tensor values, string words) => values.index_select(0, Rows(batch, words)).mean().ToDouble();
    }

    [Fact]
    public void What_a_drawing_has_read_is_not_painted_over()
    {
        using var scope = NewDisposeScope();
        Tensor? before = null;
        Tensor? copy = null;
        var family = new SmallTestFamily
        {
            First = s =>
            {
                s.Fill(Sdf.Circle(s.X, s.Y, 0, 0, 0.9));
                before = s.Picture.MoveToOuterDisposeScope().MoveToOuterDisposeScope();
                copy = before.clone().MoveToOuterDisposeScope().MoveToOuterDisposeScope();
                s.Fill(Sdf.Circle(s.X, s.Y, 0, 0, 0.5), s.Paper);
            },
        };

        using var batch = family.Render(zeros(3, ScalarType.Int64), 28, new Generator(3));

        Assert.True(before!.Equals(copy!));   // the drawing above has run
    }

    [Theory]
    [InlineData("an {colour} arrow", "an arrow")]
    [InlineData("a {colour} circle", "a circle")]
    [InlineData("an {colour} hourglass", "an hourglass")]
    [InlineData("a {colour} arrow", "an arrow")]
    [InlineData("a pair of {colour} scissors", "a pair of scissors")]
    [InlineData("a hat with a {colour} emblem", "a hat with an emblem")]
    [InlineData("scissors", "scissors")]
    public void Prompts_leave_the_colour_out_and_keep_the_article_right(string phrase, string expected)
    {
        var member = new FamilyClass("x", _ => { }, phrase);

        Assert.Equal($"a picture of {expected}.", FamilyCaptions.Prompt("a picture of {0}.", member));
    }

    private static void AssertStrongest(SmallTestFamily family, string words, int channel)
    {
        using var scope = NewDisposeScope();
        using var batch = family.Render(zeros(300, ScalarType.Int64), 28, new Generator(2));
        var colours = batch.Images.mean([2, 3]).index_select(0, Rows(batch, words));

        Assert.True(colours.shape[0] >= 3);
        Assert.All(colours.argmax(1).data<long>().ToArray(), strongest => Assert.Equal(channel, strongest));
    }

    private static Tensor Rows(WorldBatch batch, string words) =>
        tensor(batch.Captions.Index().Where(pair => pair.Item.Contains(words, StringComparison.Ordinal)).Select(pair => (long)pair.Index).ToArray());
}
