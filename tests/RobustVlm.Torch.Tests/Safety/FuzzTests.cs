using RobustVlm.Torch.Tests.Safety.Fuzz;
using Xunit;
using Xunit.Abstractions;

namespace RobustVlm.Torch.Tests.Safety;

/// <summary>
/// Nothing that is called with wrong arguments ends the process: it returns, or throws an exception with one clear sentence.
/// Every tensor lies before a page that cannot be touched, so reads and writes beyond the end count as crashes.
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("operators", 1, 3)]
    [InlineData("public", 1, 2)]
    public void A_sample_of_wrong_calls_harms_nothing(string group, int seed, int rounds) => Fuzz(group, seed, rounds);

    [Theory, Trait("Category", "Slow")]
    [InlineData("operators", 2, 400)]
    [InlineData("operators", 3, 400)]
    [InlineData("public", 4, 150)]
    [InlineData("public", 5, 150)]
    public void Hundreds_of_thousands_of_wrong_calls_harm_nothing(string group, int seed, int rounds) => Fuzz(group, seed, rounds);

    [Fact]
    public void Native_entry_points_refuse_what_means_nothing()
    {
        var child = ChildProcess.Run(["exports"]);

        Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode} at: {child.Output}");
        var done = Assert.Single(child.Output.Split('\n'), line => line.StartsWith("done ", StringComparison.Ordinal));   // libtorch may print warnings around it
        output.WriteLine($"{done[5..]} entry points");
    }

    private void Fuzz(string group, int seed, int rounds)
    {
        var campaign = FuzzCampaign.Run(group, seed, rounds);

        output.WriteLine(campaign.ToString());
        Assert.True(campaign.Returned > 0 && campaign.Threw > 0, campaign.ToString());
        Assert.True(campaign.Findings.Count == 0, campaign.ToString());
    }
}
