using RobustVlm.Methods;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Methods;

public sealed class TokenMaskingTests
{
    private const long Mask = 50;

    [Fact]
    public void Hides_the_shares_of_BERT()
    {
        using var scope = torch.NewDisposeScope();
        var tokens = torch.full([400, 50], 7, dtype: torch.ScalarType.Int64);

        var (hidden, targets) = TokenMasking.Apply(tokens, Mask, [0], new torch.Generator(1));

        var guessed = targets.ne(TokenMasking.Ignored);
        var count = guessed.sum().item<long>();
        Assert.InRange(count / 20_000.0, 0.14, 0.16);
        Assert.InRange(hidden.eq(Mask).sum().item<long>() / (double)count, 0.77, 0.83);
        Assert.InRange(hidden.ne(Mask).logical_and(hidden.ne(7)).sum().item<long>() / (double)count, 0.07, 0.13);
        Assert.Equal(0, hidden.ne(7).logical_and(guessed.logical_not()).sum().item<long>());
        Assert.Equal(count, targets.eq(7).sum().item<long>());
    }

    [Fact]
    public void Special_tokens_are_never_hidden_and_every_text_has_something_to_guess()
    {
        using var scope = torch.NewDisposeScope();
        var tokens = torch.tensor(new long[] { 48, 5, 6, 49, 0, 0 }).expand(300, 6).contiguous();

        var (hidden, targets) = TokenMasking.Apply(tokens, Mask, [0, 48, 49], new torch.Generator(1));

        var guessed = targets.ne(TokenMasking.Ignored);
        Assert.True(guessed.any(1).all().item<bool>());
        Assert.Equal(0, guessed.logical_and(tokens.eq(0).logical_or(tokens.ge(48))).sum().item<long>());
        Assert.True(hidden.narrow(1, 3, 3).SameAs(tokens.narrow(1, 3, 3)));
    }

    [Fact]
    public void A_text_of_special_tokens_alone_is_left_as_it_is()
    {
        using var scope = torch.NewDisposeScope();
        var tokens = torch.zeros([2, 4], dtype: torch.ScalarType.Int64);

        var (hidden, targets) = TokenMasking.Apply(tokens, Mask, [0], new torch.Generator(1));

        Assert.True(hidden.SameAs(tokens));
        Assert.True(targets.eq(TokenMasking.Ignored).all().item<bool>());
    }
}
