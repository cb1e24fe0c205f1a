using RobustVlm.Data.Chest;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Data.Chest;

public sealed class ReportFactsTests
{
    [Fact]
    public void Reads_finding_side_zone_and_severity() =>
        Assert.Equal([new ReportFact(Finding.Nodule, true, BodySide.Left, LungZone.Upper, Severity.Severe)], ReportFacts.Read("Large lung nodule in the left apical zone."));

    [Fact]
    public void A_negation_holds_for_its_sentence() => Assert.Equal(
        [new ReportFact(Finding.PleuralEffusion, false), new ReportFact(Finding.Pneumothorax, false), new ReportFact(Finding.Edema, true)],
        ReportFacts.Read("No pleural fluid or pneumothorax. Impression: pulmonary edema."));

    [Theory]
    [InlineData("No acute abnormality.", Finding.Normal, true)]
    [InlineData("The heart size is normal.", Finding.Cardiomegaly, false)]
    [InlineData("Normal heart and lungs.", Finding.Normal, true)]
    [InlineData("Without consolidation.", Finding.Consolidation, false)]
    [InlineData("The costophrenic angles are sharp.", Finding.PleuralEffusion, false)]
    public void Knows_the_grammars_phrases(string text, Finding finding, bool present) => Assert.Equal([new ReportFact(finding, present)], ReportFacts.Read(text));

    [Fact]
    public void Other_texts_state_nothing() => Assert.Empty(ReportFacts.Read("A cat on a mat. Follow up is advised. 12 ###"));

    [Fact]
    public void Agrees_with_the_phantom_on_what_is_present()
    {
        using var random = new torch.Generator(5);
        using var batch = new ChestPhantom(new() { Size = 16, ReportsPerImage = 4 }).Render(150, random);
        var (labels, sides, grades) = (batch.Labels.data<long>().ToArray(), batch.Sides.data<long>().ToArray(), batch.Grades.data<long>().ToArray());
        for (var i = 0; i < batch.Count; i++)
        {
            foreach (var report in batch.Reports[i])
            {
                var present = ReportFacts.Read(report).Where(fact => fact.Present).ToArray();
                Assert.All(present, fact => Assert.True((int)fact.Finding == labels[i], report));
                Assert.All(present.Where(fact => fact.Side is not null), fact => Assert.Equal(sides[i], (long)fact.Side!));
                Assert.All(present.Where(fact => fact.Severity is not null), fact => Assert.True((long)fact.Severity! == grades[i], report));
            }
        }
    }
}
