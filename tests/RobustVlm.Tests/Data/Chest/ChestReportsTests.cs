using RobustVlm.Data.Chest;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Chest;

public sealed class ChestReportsTests
{
    [Fact]
    public void Every_word_of_reports_and_prompts_is_known_and_every_report_fits()
    {
        var tokenizer = ChestReports.Tokenizer();
        using var batch = Cases(700, reports: 4);

        var texts = batch.Reports.SelectMany(reports => reports).Concat(ChestReports.AllPrompts.SelectMany(prompts => prompts))
            .Concat(Findings.All.Select(ChestReports.Prompt)).ToArray();

        Assert.All(texts, text => Assert.Empty(tokenizer.UnknownWords(text)));
        Assert.All(texts, text => Assert.InRange(WordCount(text), 1, tokenizer.MaxLength - 2));
    }

    [Fact]
    public void Reports_name_the_right_finding_side_and_never_deny_it()
    {
        using var batch = Cases(700, reports: 2);
        var labels = batch.Labels.data<long>().ToArray();
        var sides = batch.Sides.data<long>().ToArray();

        for (var i = 0; i < batch.Count; i++)
        {
            var names = ReportGrammar.Names[labels[i]];
            foreach (var report in batch.Reports[i].Select(report => report.ToLowerInvariant()))
            {
                var affirmed = string.Join('.', report.Split('.').Where(sentence => !IsDenial(sentence)));
                var denied = string.Join('.', report.Split('.').Where(IsDenial));
                Assert.Contains(names, name => affirmed.Contains(name, StringComparison.Ordinal));
                if (labels[i] != (long)Finding.Normal)
                {
                    Assert.DoesNotContain(names, name => denied.Contains(name, StringComparison.Ordinal));
                }

                if (sides[i] >= 0)
                {
                    Assert.DoesNotContain(ReportGrammar.Sides[1 - sides[i]], report.Split(' ', '.'));
                }
            }
        }
    }

    [Fact]
    public void Reports_differ_in_length_and_wording()
    {
        using var batch = Cases(400, reports: 4);
        var counts = batch.Reports.SelectMany(reports => reports).Select(WordCount).ToArray();

        Assert.InRange(counts.Average(), 8, 18);
        Assert.Contains(counts, count => count <= 2);
        Assert.Contains(counts, count => count >= 20);
        Assert.True(batch.Reports.SelectMany(reports => reports).Distinct().Count() > 1000);
        Assert.Contains(batch.Reports.SelectMany(reports => reports), report => report.Contains("No evidence of", StringComparison.Ordinal));
        Assert.Contains(batch.Reports.SelectMany(reports => reports), report => report.Contains("Impression:", StringComparison.Ordinal));
    }

    [Fact]
    public void Severity_and_zone_are_in_the_words()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(2);
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = 16, ReportsPerImage = 8 })
            .Render(PhantomSample.Labels(40, Finding.Nodule), random);
        var grades = batch.Grades.data<long>().ToArray();
        var zones = batch.Zones.data<long>().ToArray();

        for (var i = 0; i < batch.Count; i++)
        {
            var words = string.Join(' ', batch.Reports[i]).ToLowerInvariant().Split(' ', '.');
            Assert.Contains(new[] { "small", "medium", "large" }[grades[i]], words);
            Assert.Contains(ReportGrammar.Zones[zones[i]], word => words.Contains(word));
        }
    }

    [Fact]
    public void New_reports_can_be_written_for_rendered_images()
    {
        using var batch = Cases(20, reports: 1);
        using var random = new Generator(3);
        using var again = new Generator(3);

        var reports = ChestReports.Write(batch, 5, random);

        Assert.Equal(20, reports.Count);
        Assert.All(reports, each => Assert.Equal(5, each.Count));
        Assert.Equal(reports, ChestReports.Write(batch, 5, again));
    }

    [Fact]
    public void Prompts_belong_to_one_class_each()
    {
        var all = Findings.All.SelectMany(finding => ChestReports.Prompts(finding).Distinct()).ToArray();

        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All(Findings.All, finding => Assert.True(ChestReports.Prompts(finding).Count >= 12));
        Assert.Equal("Chest radiograph showing pleural effusion.", ChestReports.Prompt(Finding.PleuralEffusion));
    }

    private static bool IsDenial(string sentence) =>
        ReportGrammar.Negations.Any(negation => sentence.TrimStart().StartsWith(negation + " ", StringComparison.Ordinal))
        && !sentence.Contains("no acute", StringComparison.Ordinal);

    private static int WordCount(string text) => text.Split(' ').Length;

    private static PhantomBatch Cases(int count, int reports)
    {
        using var random = new Generator(1);
        return new ChestPhantom(new ChestPhantomOptions { Size = 16, ReportsPerImage = reports }).Render(count, random);
    }
}
