using RobustVlm.Data.Chest;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Chest;

public sealed class SectionedReportsTests
{
    [Fact]
    public void Both_sections_name_the_finding_unless_the_report_leaves_it_out()
    {
        using var batch = Cases(560);
        var labels = batch.Labels.data<long>().ToArray();

        var reports = SectionedReports.Write(batch, new Generator(2));

        Assert.Equal(batch.Count, reports.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            var names = ReportGrammar.Names[labels[i]];
            if (labels[i] != (long)Finding.Normal)
            {
                Assert.Equal(reports[i].Complete, Names(reports[i].Findings, names));
                Assert.Equal(reports[i].Complete, Names(reports[i].Impression, names));
            }
            else
            {
                Assert.True(reports[i].Complete);
            }

            Assert.Equal($"FINDINGS: {reports[i].Findings} IMPRESSION: {reports[i].Impression}", reports[i].Text);
        }
    }

    [Fact]
    public void Every_tenth_report_leaves_the_finding_out_by_default_and_none_when_told_so()
    {
        using var batch = Cases(1400);
        var ill = batch.Labels.ne(0).sum().ToInt64();

        var dropped = SectionedReports.Write(batch, new Generator(3)).Count(report => !report.Complete);
        var none = SectionedReports.Write(batch, new Generator(3), new SectionedReportOptions { DropRate = 0 }).Count(report => !report.Complete);

        Assert.InRange(dropped / (double)ill, 0.07, 0.13);
        Assert.Equal(0, none);
    }

    [Fact]
    public void Impression_gives_the_right_side()
    {
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = 16 }).Render(PhantomSample.Labels(60, Finding.PleuralEffusion), new Generator(4));
        var sides = batch.Sides.data<long>().ToArray();

        var reports = SectionedReports.Write(batch, new Generator(5), new SectionedReportOptions { DropRate = 0 });

        Assert.All(reports.Zip(sides), pair => Assert.StartsWith(pair.Second == (long)BodySide.Left ? "Left" : "Right", pair.First.Impression, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_distractors_reports_are_shorter_and_bad_settings_are_refused()
    {
        using var batch = Cases(100);
        using var random = new Generator(6);

        var plain = SectionedReports.Write(batch, random, new SectionedReportOptions { Distractors = 0 }).Sum(report => report.Text.Length);
        var chatty = SectionedReports.Write(batch, random, new SectionedReportOptions { Distractors = 4 }).Sum(report => report.Text.Length);

        Assert.True(chatty > 1.15 * plain);
        Assert.Throws<ArgumentOutOfRangeException>(() => SectionedReports.Write(batch, random, new SectionedReportOptions { DropRate = 1.5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SectionedReports.Write(batch, random, new SectionedReportOptions { Distractors = 5 }));
    }

    // A sentence such as "No pleural effusion" names a finding to say that it is not there.
    private static bool Names(string text, string[] names) => text.Split('.', StringSplitOptions.TrimEntries)
        .Any(sentence => !sentence.StartsWith("No ", StringComparison.Ordinal) && names.Any(name => sentence.Contains(name, StringComparison.OrdinalIgnoreCase)));

    private static PhantomBatch Cases(int count)
    {
        using var labels = PhantomSample.Labels(count);
        return new ChestPhantom(new ChestPhantomOptions { Size = 16 }).Render(labels, new Generator(1));
    }
}
