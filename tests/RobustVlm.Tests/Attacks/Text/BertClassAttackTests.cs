using RobustVlm.Attacks;
using RobustVlm.Attacks.Text;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Attacks.Text;

/// <summary>The search on a classifier that counts words, with a language model that proposes the same words, in this order, everywhere.</summary>
public sealed class BertClassAttackTests
{
    private static readonly string[] s_vocabulary = ["normal", "tiny", "clear", "opaque", "large", "heart", "lung", "the", "##ly"];

    // Logit of the second class against the first.
    private static readonly Dictionary<string, double> s_weights = new() { ["normal"] = -2, ["tiny"] = -1, ["clear"] = -2.5, ["opaque"] = 1, ["large"] = 0.5, ["heart"] = -0.1 };

    [Fact]
    public void The_most_important_word_is_changed_first_and_the_first_that_fools_ends_the_attack()
    {
        var result = Attack("Clear heart, tiny lung.", 0);

        Assert.Equal(new TextAttackResult("Opaque heart, tiny lung.", TextAttackEnd.OutOfChanges, 1, 1 + 4 + 6), result);   // 40 % of four words is one
        var free = Attack("Clear heart, tiny lung.", 0, new BertClassAttackOptions { ChangedShare = 0.5 });
        Assert.Equal((TextAttackEnd.Fooled, "Opaque heart, opaque lung.", 2), (free.End, free.Text, free.Changes));   // -0.1 + 1 + 1 is the first above 0
    }

    [Fact]
    public void The_last_word_counts() => Assert.Equal("heart opaque", Attack("heart clear", 0).Text);

    [Fact]
    public void A_text_that_is_wrong_stays_as_it_is() =>
        Assert.Equal(new TextAttackResult("opaque lung", TextAttackEnd.WrongBefore, 0, 1), Attack("opaque lung", 0));

    [Fact]
    public void Words_that_cannot_be_lowered_are_left()
    {
        // Nothing proposed is worse for the second class than these.
        var result = Attack("clear normal", 0, new BertClassAttackOptions { Candidates = 2, ChangedShare = 1 });

        Assert.Equal(TextAttackEnd.OutOfWords, result.End);
        Assert.Equal("tiny tiny", result.Text);
    }

    [Fact]
    public void Stop_words_and_parts_of_words_are_neither_replaced_nor_put_in()
    {
        var seen = new List<string>();
        new BertClassAttack(new Proposals()).Perturb(texts => Logits(texts, seen), ["the clear lung"], [0]);

        Assert.DoesNotContain(seen, text => text.Contains("##", StringComparison.Ordinal));
        Assert.All(seen.Where(text => !text.StartsWith("[UNK]", StringComparison.Ordinal)), text => Assert.StartsWith("the ", text, StringComparison.Ordinal));
        Assert.DoesNotContain("the the lung", seen);
    }

    [Fact]
    public void A_text_without_words_runs_out_of_words() => Assert.Equal(TextAttackEnd.OutOfWords, Attack("...", 0).End);

    [Fact]
    public void Wrong_input_gets_one_sentence()
    {
        var attack = new BertClassAttack(new Proposals());
        Assert.Contains("one label per text", Assert.Throws<ArgumentException>(() => attack.Perturb(texts => Logits(texts), ["a", "b"], [0])).Message, StringComparison.Ordinal);
        Assert.Contains("outside the classifier's 2 classes", Assert.Throws<ArgumentException>(() => attack.Perturb(texts => Logits(texts), ["a"], [2])).Message, StringComparison.Ordinal);
        Assert.Contains("NaN", Assert.Throws<InvalidOperationException>(() => attack.Perturb(texts => full([texts.Count, 2], double.NaN), ["a"], [0])).Message, StringComparison.Ordinal);
        Assert.Contains("[1, K]", Assert.Throws<InvalidOperationException>(() => attack.Perturb(texts => zeros(texts.Count), ["a"], [0])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BertClassAttack(new Proposals(), new BertClassAttackOptions { ChangedShare = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BertClassAttack(new Proposals(), new BertClassAttackOptions { Candidates = 0 }));
    }

    private static TextAttackResult Attack(string text, int label, BertClassAttackOptions? options = null) =>
        new BertClassAttack(new Proposals(), options).Perturb(texts => Logits(texts), [text], [label])[0];

    private static Tensor Logits(IReadOnlyList<string> texts, List<string>? seen = null)
    {
        seen?.AddRange(texts);
        return tensor(texts.SelectMany(text => (double[])[0, text.ToLowerInvariant().Split(' ', '.', ',').Sum(word => s_weights.GetValueOrDefault(word))]).ToArray(), [texts.Count, 2]);
    }

    private sealed class Proposals : IMaskedLanguageModel
    {
        public IReadOnlyList<int> Cut(string word) => [Math.Max(0, Array.IndexOf(s_vocabulary, word))];

        public string Join(IReadOnlyList<int> pieces) => string.Concat(pieces.Select(piece => s_vocabulary[piece]));

        public Tensor Predict(IReadOnlyList<IReadOnlyList<int>> texts, bool marks = true) =>
            arange(s_vocabulary.Length, 0, -1).to(ScalarType.Float32).expand(texts.Count, texts[0].Count + (marks ? 2 : 0), -1);
    }
}
