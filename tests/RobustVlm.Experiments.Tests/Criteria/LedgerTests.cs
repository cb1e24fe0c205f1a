using RobustVlm.Experiments.Commands;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Tests.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Criteria;

public sealed class LedgerTests : IDisposable
{
    private static readonly UntestableClaim s_untestable = new(
        "S9", "06-melo", "MeLo (arXiv 2311.08236)", "Four hospitals agree.", "abstract", new PaperNumber("97 % | 98 %", "table 2"), "the images are not public");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_committed_ledger_is_what_the_published_runs_give()
    {
        var lab = Lab.Open(Scale.Demo);

        Assert.Equal(Ledger.Of(lab.Store.Published, CriteriaCatalog.All).ToMarkdown(), File.ReadAllText(Path.Combine(lab.Root, Ledger.File)));
    }

    [Fact]
    public void One_row_per_claim_says_ours_the_papers_and_the_verdict()
    {
        var ledger = Filled();

        var rows = ledger.Table.Rows;
        Assert.Equal(["06-melo S2: MeLo beats a linear probe.", "06-melo S9: Four hospitals agree."], rows.Select(row => row.Text("Claim")));
        Assert.Equal(["none found", "97 % | 98 % [table 2]"], rows.Select(row => row.Text("Paper's number")));
        Assert.Equal(["0.020 [0.020, 0.020]", "–"], rows.Select(row => row.Text("Ours")));
        Assert.Equal(["5 seeds", "–"], rows.Select(row => row.Text("n")));
        Assert.Equal(["Demo", "–"], rows.Select(row => row.Text("Scale")));
        Assert.Equal(["reproduced", "not testable here"], rows.Select(row => row.Text("Verdict")));
    }

    [Fact]
    public void The_file_holds_the_table_and_below_it_rule_reason_p_and_commits()
    {
        var text = Filled().ToMarkdown();

        Assert.Equal(text, Filled().ToMarkdown());
        Assert.Contains("| 06-melo S9: Four hospitals agree. | 97 % \\| 98 % [table 2] | – | – | – | not testable here |", text, StringComparison.Ordinal);
        Assert.Contains("sign-flip p = 0.0625. Code: 3f2c1d0.", text, StringComparison.Ordinal);
        Assert.Contains("The images are not public.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_writes_the_file_from_published_runs_only()
    {
        var store = new ResultStore(_folder.File("data"));
        CriterionTests.Write(store, new ArmOptions { Method = "melo" }, [0.9, 0.9, 0.9, 0.9, 0.9], publish: true);
        CriterionTests.Write(store, new ArmOptions { Method = "probe" }, [0.8, 0.8, 0.8, 0.8, 0.8]);

        var code = await CommandLine.RunAsync(["ledger"], [], [CriterionTests.Superior], scale => Lab.At(_folder.Path, scale, 7));

        Assert.Equal(0, code);
        Assert.Contains("5 of 10 runs are there", await File.ReadAllTextAsync(_folder.File("data", "results", "LEDGER.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Paper_scale_decides_once_its_runs_are_complete()
    {
        var store = new ResultStore(_folder.Path);
        foreach (var scale in new[] { Scale.Demo, Scale.Paper })
        {
            CriterionTests.Write(store, new ArmOptions { Method = "melo" }, [0.9, 0.9, 0.9, 0.9, 0.9], scale: scale);
        }

        CriterionTests.Write(store, new ArmOptions { Method = "probe" }, [0.8, 0.8, 0.8, 0.8, 0.8]);
        CriterionTests.Write(store, new ArmOptions { Method = "probe" }, [0.95, 0.95, 0.95, 0.95], scale: Scale.Paper);
        var before = Ledger.Of(store, [CriterionTests.Superior]).Verdicts[0];
        CriterionTests.Write(store, new ArmOptions { Method = "probe" }, [0.95], firstSeed: 5, scale: Scale.Paper);
        var after = Ledger.Of(store, [CriterionTests.Superior]).Verdicts[0];

        Assert.Equal((Scale.Demo, Outcome.Reproduced), (before.Scale, before.Outcome));
        Assert.Equal((Scale.Paper, Outcome.NotReproduced), (after.Scale, after.Outcome));
    }

    [Fact]
    public void Two_claims_of_one_name_are_refused() =>
        Assert.Throws<ArgumentException>(() => Ledger.Of(new ResultStore(_folder.Path), [s_untestable, s_untestable]));

    [Fact]
    public void Without_claims_it_says_so() =>
        Assert.EndsWith("No claim is registered yet.\n", Ledger.Of(new ResultStore(_folder.Path), []).ToMarkdown(), StringComparison.Ordinal);

    [Fact]
    public void In_a_notebook_it_is_a_table_with_the_reasons_below()
    {
        var html = (string)Filled().ToMimeBundle()["text/html"];

        Assert.Contains("<td style=\"text-align:left\">reproduced</td>", html, StringComparison.Ordinal);
        Assert.Contains("06-melo S9: the images are not public.", html, StringComparison.Ordinal);
    }

    private Ledger Filled()
    {
        var store = new ResultStore(_folder.Path);
        CriterionTests.Write(store, new ArmOptions { Method = "melo" }, [0.52, 0.62, 0.72, 0.82, 0.92]);
        CriterionTests.Write(store, new ArmOptions { Method = "probe" }, [0.5, 0.6, 0.7, 0.8, 0.9]);
        return Ledger.Of(store, [CriterionTests.Superior, s_untestable]);
    }
}
