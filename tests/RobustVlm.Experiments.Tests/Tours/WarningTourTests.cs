using RobustVlm.Engine;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Tours;
using Xunit;

namespace RobustVlm.Experiments.Tests.Tours;

public sealed class WarningTourTests : IDisposable
{
    private readonly WarningTour _tour = new(Lab.Open(Scale.Smoke, 7));

    public static TheoryData<string> Codes => new(RobustnessChecks.Codes);

    public void Dispose() => _tour.Dispose();

    [Theory, MemberData(nameof(Codes))]
    public void Each_warning_comes_with_its_defect_and_not_without(string code)
    {
        var messages = _tour.Show(code)["Warning"].Select(cell => cell.ToString()).ToArray();

        Assert.Equal("no warning", messages[0]);
        Assert.NotEqual("no warning", messages[1]);
        Assert.EndsWith(".", messages[1], StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Codes))]
    public void Each_warning_has_a_section_in_the_notebook_with_its_live_example(string code)
    {
        var notebook = File.ReadAllText(Path.Combine(Lab.Open(Scale.Smoke).Root, "notebooks", "ref-warnings.ipynb"));

        Assert.Contains($"\"## {code}\\n\"", notebook, StringComparison.Ordinal);
        Assert.Contains($"tour.Show(\\\"{code}\\\")", notebook, StringComparison.Ordinal);
    }

    [Fact]
    public void A_warning_does_not_depend_on_what_was_shown_before()
    {
        var first = _tour.Show("random-forward")["Warning"].Select(cell => cell.ToString()).ToArray();

        Assert.Equal(first, _tour.Show("random-forward")["Warning"].Select(cell => cell.ToString()));
    }

    [Fact]
    public void Showing_a_warning_leaves_no_tensor_behind()
    {
        _tour.Show("attacked-above-clean");
        var before = MemoryInfo.Now().LiveTensors;

        _tour.Show("attacked-above-clean");

        Assert.InRange(MemoryInfo.Now().LiveTensors, 0, before);
    }

    [Fact]
    public void The_sound_classifier_raises_no_warning() => Assert.Empty(_tour.Healthy().Warnings);

    [Fact]
    public void An_unknown_warning_is_refused_with_the_list() =>
        Assert.Contains("zero-gradients", Assert.Throws<ArgumentException>(() => _tour.Show("nothing")).Message, StringComparison.Ordinal);
}
