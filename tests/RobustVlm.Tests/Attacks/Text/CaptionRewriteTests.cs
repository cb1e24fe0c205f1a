using RobustVlm.Attacks.Text;
using RobustVlm.Data.Chest;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks.Text;

public sealed class CaptionRewriteTests : IDisposable
{
    private readonly torch.Generator _random = new(4);

    public void Dispose() => _random.Dispose();

    [Fact]
    public void Every_rewritten_report_states_something_else()
    {
        using var batch = new ChestPhantom(new() { Size = 16, ReportsPerImage = 5 }).Render(120, _random);
        string[] reports = [.. batch.Reports.SelectMany(own => own), .. SectionedReports.Write(batch, _random).Select(report => report.Text)];

        var rewritten = new CaptionRewrite().Rewrite(reports, _random);

        Assert.All(rewritten.Zip(reports), pair => Assert.False(ReportFacts.Read(pair.First).SetEquals(ReportFacts.Read(pair.Second)), pair.Second));
        Assert.All(rewritten.Zip(reports), pair => Assert.InRange(Words(pair.First) - Words(pair.Second), -4, 4));
        Assert.All(rewritten, text => Assert.Matches(@"^[A-Z]\S*( \S+)*\.$", text));
    }

    [Theory]
    [InlineData("Small left pneumothorax. Impression: left pneumothorax.", "laterality", "Small right pneumothorax. Impression: right pneumothorax.")]
    [InlineData("Faint pneumonia in the left apical lung.", "location", "Faint pneumonia in the left lower lung.")]
    [InlineData("Dense pneumonia. Impression: airspace opacity.", "finding", "Dense pneumothorax. Impression: pneumothorax.")]
    [InlineData("Trace right pleural fluid.", "severity", "Large right pleural fluid.")]
    [InlineData("No evidence of pneumonia.", "negation", "Evidence of pneumonia.")]
    [InlineData("No pneumonia or nodule.", "negation", "Pneumonia or nodule.")]
    [InlineData("Chest radiograph showing nodule.", "negation", "Chest radiograph showing no nodule.")]
    [InlineData("The heart size is normal.", "heart size", "The heart size is enlarged.")]
    [InlineData("normal heart and lungs", "heart size", "enlarged heart with clear lungs")]
    public void Each_kind_of_rule_falsifies(string caption, string kind, string expected)
    {
        // The first text of each rule only, so that nothing is left to chance.
        var rules = CaptionRules.Chest.Rules.Where(rule => rule.Kind == kind)
            .Select(rule => $$"""{ "kind": "{{rule.Kind}}", "from": {{Json(rule.From)}}, "to": {{Json([rule.To[0]])}}, "notBefore": {{Json(rule.NotBefore ?? [])}}, "notAfter": {{Json(rule.NotAfter ?? [])}} }""");
        var attack = new CaptionRewrite(CaptionRules.Parse($"[{string.Join(',', rules)}]", "test"), new() { MaxChanges = 1 });

        Assert.Equal(expected, Assert.Single(attack.Rewrite([caption], _random)));
    }

    [Fact]
    public void Captions_of_another_subject_follow_own_rules()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, """[ { "kind": "animal", "from": ["cat", "kitten"], "to": ["dog"] } ]""");
        try
        {
            Assert.Equal(["A dog on a mat.", "Nothing here."], new CaptionRewrite(CaptionRules.Read(path)).Rewrite(["A kitten on a mat.", "Nothing here."], _random));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("{", "no list of caption rules")]
    [InlineData("[]", "no rules")]
    [InlineData("""[ { "kind": "a", "from": [], "to": ["b"] } ]""", "rule 1")]
    [InlineData("""[ { "kind": "a", "from": ["c"], "to": ["b"] }, null ]""", "rule 2")]
    public void Damaged_rules_are_refused_with_their_place(string json, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => CaptionRules.Parse(json, "my.json")).Message, StringComparison.Ordinal);

    private static string Json(IEnumerable<string> texts) => System.Text.Json.JsonSerializer.Serialize(texts);

    private static int Words(string text) => text.Split(' ').Length;
}
