using RobustVlm.Methods;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Methods;

public sealed class ContrastiveLossTests
{
    [Fact]
    public void Logits_that_say_nothing_cost_the_logarithm_of_the_batch()
    {
        using var logits = torch.zeros([8, 8]);

        Assert.Equal(Math.Log(8), ContrastiveLoss.Paired(logits).item<float>(), 5);
    }

    [Fact]
    public void Both_directions_count()
    {
        // Rows: log(1 + e^-2) and log(1 + e^-1); columns: log(1 + e^-3) and log(1 + 1).
        using var logits = torch.tensor(new[] { 3f, 1f, 0f, 1f }).view(2, 2);
        var expected = (Log1PExp(-2) + Log1PExp(-1) + Log1PExp(-3) + Log1PExp(0)) / 4;

        Assert.Equal(expected, ContrastiveLoss.Paired(logits).item<float>(), 5);
    }

    [Fact]
    public void Without_equal_texts_both_forms_agree()
    {
        using var logits = torch.randn([6, 6], generator: new torch.Generator(1));
        using var tokens = torch.arange(12).view(6, 2);

        Assert.Equal(ContrastiveLoss.Paired(logits).item<float>(), ContrastiveLoss.MultiPositive(logits, tokens).item<float>(), 5);
    }

    [Fact]
    public void An_image_is_not_punished_for_finding_an_equal_text()
    {
        // Images 0 and 1 have the same text, so their logits cannot tell the two texts apart.
        using var logits = torch.tensor(new[] { 9f, 9f, 0f, 9f, 9f, 0f, 0f, 0f, 9f }).view(3, 3);
        using var tokens = torch.tensor(new long[] { 1, 1, 2 }).view(3, 1);

        Assert.True(ContrastiveLoss.Paired(logits).item<float>() > 0.4);
        Assert.Equal(Math.Log(2) * 2 / 3, ContrastiveLoss.MultiPositive(logits, tokens).item<float>(), 2);   // the share of one half each
    }

    [Fact]
    public void Logits_that_are_not_square_are_refused()
    {
        using var logits = torch.zeros([3, 4]);

        Assert.Throws<ArgumentException>(() => ContrastiveLoss.Paired(logits));
    }

    private static double Log1PExp(double x) => Math.Log(1 + Math.Exp(x));
}
