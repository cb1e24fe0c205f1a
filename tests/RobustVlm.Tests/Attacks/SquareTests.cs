using System.Text.Json;
using RobustVlm.Attacks;
using RobustVlm.Engine;
using RobustVlm.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Attacks;

/// <summary>
/// Square against SquareAttack of fra31/auto-attack (a392200), in float64: the sides of its windows (p_selection and the lines after it), its bumps
/// (eta, with torch.rand made to give 0), and how many of 200 images it breaks on a linear model of <see cref="FormulaWeights"/> with 300 queries,
/// run image by image so that its windows differ between images.
/// </summary>
public sealed class SquareTests
{
    private static readonly JsonElement s_reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Attacks", "fab-square-reference.json"))).RootElement;

    [Fact]
    public void Windows_have_the_published_sides()
    {
        foreach (var schedule in s_reference.GetProperty("sides").EnumerateObject())
        {
            var words = schedule.Name.Split(' ');
            var (size, queries) = (int.Parse(words[1], null), int.Parse(words[2], null));
            var square = new Square(new SquareOptions
            {
                Epsilon = new PixelBudget(0.1, Enum.Parse<PixelNorm>(words[0])),
                Queries = queries,
                RescaleSchedule = words[3] == "rescaled",
            });
            var changes = new List<(int Query, int Side)>();
            for (var query = 0; query < queries; query++)
            {
                var side = square.Side(query, size);
                if (changes.Count == 0 || changes[^1].Side != side)
                {
                    changes.Add((query, side));
                }
            }

            Assert.Equal(schedule.Value.EnumerateArray().Select(row => (row[0].GetInt32(), row[1].GetInt32())), changes);
        }
    }

    [Fact]
    public void Bumps_have_the_published_shape()
    {
        using var like = zeros([1], dtype: ScalarType.Float64);
        foreach (var bump in s_reference.GetProperty("bumps").EnumerateObject())
        {
            using var scope = NewDisposeScope();

            var values = SquareWindows.Bump(int.Parse(bump.Name, null), like).flatten().Values<double>();

            double[] expected = [.. bump.Value.EnumerateArray().Select(value => value.GetDouble())];
            Assert.Equal(expected.Length, values.Length);
            Assert.InRange(expected.Zip(values, (left, right) => Math.Abs(left - right)).Max(), 0, 1e-9);
        }
    }

    [Theory]
    [InlineData(PixelNorm.LInfinity)]
    [InlineData(PixelNorm.L2)]
    public void Breaks_as_many_images_as_the_published_code(PixelNorm norm)
    {
        using var scope = NewDisposeScope();
        var expected = s_reference.GetProperty($"square{norm}");
        var (count, theirs) = (expected.GetProperty("images").GetInt32(), expected.GetProperty("broken").GetInt32());
        var images = ((FormulaWeights.Noise("linear images", count * 192) * 0.2) + 0.5).view(count, 3, 8, 8);
        var weight = FormulaWeights.Noise("linear weight", 6 * 192).view(6, 192);
        Tensor Model(Tensor x) => (x.flatten(1) - 0.5).matmul(weight.t());
        var labels = Model(images).argmax(1);
        var options = new SquareOptions
        {
            Epsilon = new PixelBudget(expected.GetProperty("epsilon").GetDouble(), norm),
            Queries = expected.GetProperty("queries").GetInt32(),
        };

        var (attacked, queries) = new Square(options).Run(Model, images, labels, new Generator(1));

        var wrong = Model(attacked).argmax(1).ne(labels);
        var ours = wrong.sum().item<long>();
        var share = (theirs + ours) / (2.0 * count);
        Assert.InRange(ours - theirs, -3 * Math.Sqrt(2 * count * share * (1 - share)), 3 * Math.Sqrt(2 * count * share * (1 - share)));

        // Their half is done after a few dozen queries, and so must ours be.
        var median = queries[wrong].to(ScalarType.Float64).median().item<double>();
        Assert.InRange(median / expected.GetProperty("medianQueries").GetDouble(), 0.4, 2.5);
    }

    [Theory]
    [InlineData(PixelNorm.LInfinity)]
    [InlineData(PixelNorm.L2)]
    public void Counts_every_question_and_asks_about_broken_images_no_more(PixelNorm norm)
    {
        using var toy = ToyProblem.Create(seed: 2, count: 60);
        var asked = 0L;
        Tensor Counted(Tensor images)
        {
            asked += images.shape[0];
            return toy.Classifier(images);
        }

        var epsilon = new PixelBudget(toy.Distances(norm).Order().ElementAt(40), norm);
        var (attacked, queries) = new Square(new SquareOptions { Epsilon = epsilon, Queries = 50 }).Run(Counted, toy.Images, toy.Labels, new Generator(1));

        using var scope = NewDisposeScope();
        var wrong = toy.Classifier(attacked).argmax(1).ne(toy.Labels);
        Assert.InRange(wrong.sum().item<long>(), 5, 55);
        Assert.Equal(asked - 60, queries.sum().item<long>());   // one question about each clean image
        Assert.True(queries[wrong.logical_not()].eq(51).all().item<bool>());
        Assert.True(queries[wrong].lt(51).any().item<bool>());
        Assert.True(attacked[wrong.logical_not()].SameAs(toy.Images[wrong.logical_not()]));
        attacked.Dispose();
        queries.Dispose();
    }

    [Theory]
    [InlineData(PixelNorm.LInfinity)]
    [InlineData(PixelNorm.L2)]
    public void The_last_query_holds_no_more_tensors_than_the_first(PixelNorm norm)
    {
        using var toy = ToyProblem.Create(seed: 2, count: 60);
        var epsilon = new PixelBudget(toy.Distances(norm).Order().ElementAt(40), norm);
        var alive = new List<long>();
        var sizes = new HashSet<long>();
        Tensor Watched(Tensor images)
        {
            alive.Add(MemoryInfo.Now().LiveTensors);
            sizes.Add(images.shape[0]);
            return toy.Classifier(images);
        }

        TensorCount.Now();
        using var attacked = new Square(new SquareOptions { Epsilon = epsilon, Queries = 50 }).Perturb(Watched, toy.Images, toy.Labels, new Generator(1));

        Assert.True(sizes.Count > 3);   // images left the batch on the way
        Assert.InRange(alive.Max(), 0, alive.Take(5).Max() + 2);
    }

    [Fact]
    public void What_happens_to_an_image_does_not_depend_on_the_fate_of_the_others()
    {
        using var toy = ToyProblem.Create(seed: 2, count: 20);
        using var half = where(arange(20).lt(10), (toy.Labels + 1).remainder(3), toy.Labels);   // ten are wrong from the start
        var square = new Square(new SquareOptions { Epsilon = PixelBudget.Of255(4), Queries = 100 });

        using var all = square.Perturb(toy.Classifier, toy.Images, toy.Labels, new Generator(1));
        using var some = square.Perturb(toy.Classifier, toy.Images, half, new Generator(1));

        Assert.False(all.narrow(0, 10, 10).SameAs(toy.Images.narrow(0, 10, 10)));
        Assert.InRange((all - some).narrow(0, 10, 10).abs().max().item<float>(), 0, 1e-6);
        Assert.True(some.narrow(0, 0, 10).SameAs(toy.Images.narrow(0, 0, 10)));
    }

    [Fact]
    public void Breaks_a_classifier_whose_gradient_is_zero()
    {
        using var toy = ToyProblem.Create(seed: 6, count: 40);
        Tensor Dead(Tensor images) => (toy.Classifier(images) * 2).round() / 2;
        using var labels = Dead(toy.Images).argmax(1);

        using var climbed = new Pgd().Perturb(Dead, toy.Images, labels, new Generator(1));
        using var attacked = new Square(new SquareOptions { Epsilon = PixelBudget.Of255(32), Queries = 500 }).Perturb(Dead, toy.Images, labels, new Generator(1));

        Assert.Equal(1, GradientHealth.Measure(Dead, toy.Images, labels).ZeroImageShare);
        var left = Dead(attacked).argmax(1).eq(labels).sum().item<long>();
        Assert.InRange(left, 0, 4);
        Assert.True(left < Dead(climbed).argmax(1).eq(labels).sum().item<long>());
    }

    [Fact]
    public void Queries_in_bfloat16_break_about_as_many_and_only_what_is_broken_in_float32()
    {
        using var toy = ToyProblem.Create(seed: 2, classes: 3, count: 100);
        var options = new SquareOptions { Epsilon = new PixelBudget(toy.Distances().Order().ElementAt(60) * 1.2), Queries = 200 };
        using var exact = new Square(options).Perturb(toy.Classifier, toy.Images, toy.Labels, new Generator(1));
        var rounded = 0;

        using var brief = new Square(options with { QueryType = ScalarType.BFloat16 }).Perturb(Rounded, toy.Images, toy.Labels, new Generator(1));

        Assert.True(rounded > 100);
        Assert.InRange(toy.Accuracy(exact), 0.2, 0.8);
        Assert.InRange(toy.Accuracy(brief), toy.Accuracy(exact) - 0.05, toy.Accuracy(exact) + 0.05);
        using var changed = (brief - toy.Images).flatten(1).abs().amax([1]).gt(0);
        Assert.Equal(1 - toy.Accuracy(brief), changed.to(ScalarType.Float64).mean().item<double>(), 9);   // what is not broken comes back unchanged

        // A classifier that rounds where it may, as one under autocast does.
        Tensor Rounded(Tensor images)
        {
            var logits = toy.Classifier(images);
            if (!Autocast.IsEnabled)
            {
                return logits;
            }

            rounded++;
            return logits.to(ScalarType.BFloat16);
        }
    }

    [Fact]
    public void Images_that_are_not_square_are_refused()
    {
        using var images = full([1, 1, 4, 6], 0.5f);
        using var labels = zeros([1], dtype: ScalarType.Int64);

        var error = Assert.Throws<ArgumentException>(() => new Square().Perturb(x => x.flatten(1), images, labels, new Generator(1)));

        Assert.Contains("square images, not 4 x 6", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(14)]
    [InlineData(28)]
    public void Stays_in_the_l2_ball_at_any_size(int side)
    {
        using var toy = ToyProblem.Create(seed: 2, side: side);

        using var attacked = new Square(new SquareOptions { Epsilon = PixelBudget.L2(0.4), Queries = 30 }).Perturb(toy.Classifier, toy.Images, toy.Labels, new Generator(1));

        Assert.InRange(PixelBall.Sizes(attacked - toy.Images, PixelNorm.L2).max().item<float>(), 0.1f, 0.4f + 1e-6f);
    }

    [Fact]
    public void Impossible_settings_are_refused()
    {
        Assert.Equal("Square-5000", new Square().Name);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Square(new SquareOptions { Queries = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Square(new SquareOptions { Restarts = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Square(new SquareOptions { WindowShare = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Square(new SquareOptions { WindowShare = 1.1 }));
    }
}
