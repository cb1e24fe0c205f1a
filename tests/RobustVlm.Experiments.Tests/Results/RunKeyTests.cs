using RobustVlm.Experiments.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Results;

public sealed class RunKeyTests
{
    private static readonly Dictionary<string, string> s_checkpoints = new() { ["a"] = "1", ["b"] = "2" };

    private static RunKey Base => RunKey.For("06-melo", new SampleOptions(), Scale.Demo, 7, 1, s_checkpoints);

    [Fact]
    public void Stays_the_same_from_one_process_to_the_next() =>
        // The SHA-256 of the sorted JSON, computed with another tool; a changed value would orphan every stored run.
        Assert.Equal("001db1af4b965dc6c8d98ec2", Base.Hash);

    [Fact]
    public void Ignores_the_order_of_properties_and_checkpoints()
    {
        var first = RunKey.For("x", new { A = 1, B = new { C = 2, D = 3 } }, Scale.Demo, 1, 1, s_checkpoints);

        var second = RunKey.For(
            "x", new { B = new { D = 3, C = 2 }, A = 1 }, Scale.Demo, 1, 1, new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });

        Assert.Equal(first, second);
    }

    [Fact]
    public void Changes_with_every_part()
    {
        RunKey[] keys =
        [
            Base,
            RunKey.For("07-ran", new SampleOptions(), Scale.Demo, 7, 1, s_checkpoints),
            RunKey.For("06-melo", new SampleOptions { Steps = 11 }, Scale.Demo, 7, 1, s_checkpoints),
            RunKey.For("06-melo", new SampleOptions { Epsilon = Math.BitIncrement(8 / 255.0) }, Scale.Demo, 7, 1, s_checkpoints),
            RunKey.For("06-melo", new SampleOptions { Clip = null }, Scale.Demo, 7, 1, s_checkpoints),
            RunKey.For("06-melo", new SampleOptions { Clip = double.NaN }, Scale.Demo, 7, 1, s_checkpoints),
            RunKey.For("06-melo", new SampleOptions { Prompts = [] }, Scale.Demo, 7, 1, s_checkpoints),
            RunKey.For("06-melo", new SampleOptions { Nested = new(0.2) }, Scale.Demo, 7, 1, s_checkpoints),
            RunKey.For("06-melo", new SampleOptions(), Scale.Paper, 7, 1, s_checkpoints),
            RunKey.For("06-melo", new SampleOptions(), Scale.Demo, 8, 1, s_checkpoints),
            RunKey.For("06-melo", new SampleOptions(), Scale.Demo, 7, 2, s_checkpoints),
            RunKey.For("06-melo", new SampleOptions(), Scale.Demo, 7, 1),
            RunKey.For("06-melo", new SampleOptions(), Scale.Demo, 7, 1, new Dictionary<string, string> { ["a"] = "1", ["b"] = "3" }),
        ];

        var distinct = keys.Select(key => key.Hash).Distinct().Count();

        Assert.Equal(keys.Length, distinct);
    }

    [Theory]
    [InlineData("../06-melo")]
    [InlineData("06 melo")]
    [InlineData("06-Melo")]
    [InlineData("06-melo\n")]
    [InlineData("")]
    public void Refuses_an_experiment_that_is_no_folder_name(string experiment)
    {
        var error = Assert.Throws<FormatException>(() => RunKey.For(experiment, 1, Scale.Demo, 1, 1));

        Assert.EndsWith("use lower-case letters, digits and hyphens, e.g. 06-melo.", error.Message, StringComparison.Ordinal);
    }
}
