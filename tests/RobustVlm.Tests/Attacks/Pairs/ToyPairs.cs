using RobustVlm.Attacks;
using RobustVlm.Tests.Models;
using TorchSharp;

namespace RobustVlm.Tests.Attacks.Pairs;

/// <summary>Two encoders and a language model made of a formula, the same as in the script that made pairs-reference.json.</summary>
internal sealed class ToyPairs : IImageTextModel, IMaskedLanguageModel
{
    internal const int Size = 8;

    internal static readonly string[] Captions =
    [
        "a large effusion in the left lung", "pneumothorax on the right", "no nodule with mild cardiomegaly", "subtle haze", "in the with on",
        "small pleural opacity in the upper zone",
    ];

    private const int Width = 6;
    private const int Specials = 4;

    private static readonly string[] s_pieces =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "in", "the", "on", "no", "with", "left", "right", "large", "small", "mild", "severe", "lung", "heart", "nodule",
        "opacity", "effusion", "pleural", "upper", "lower", "zone", "chest", "pneumo", "##thorax", "##nia", "cardio", "##megaly", "##pathy", "sub", "##tle", "haze",
    ];

    private readonly torch.Tensor _weight = FormulaWeights.Noise("image weight", Width * Size * Size).view(Width, Size * Size);

    internal bool BrokenTexts { get; init; }

    internal bool BrokenImages { get; init; }

    internal bool BrokenLanguage { get; init; }

    internal bool Detached { get; init; }

    internal static torch.Tensor Images(int count)
    {
        using var scope = torch.NewDisposeScope();
        var images = ((FormulaWeights.Noise("images", count * Size * Size).view(count, 1, Size, Size) + 1) * 0.4) + 0.1;
        using var border = torch.tensor(new[] { 0, 1, 0.001, 0.999 });
        images[0, 0, 0].narrow(0, 0, 4).copy_(border);
        return images.DetachFromDisposeScope();
    }

    public torch.Tensor EmbedImages(torch.Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        var embedded = torch.nn.functional.normalize(images.flatten(1).matmul(_weight.to(images.dtype).t()).tanh(), dim: 1);
        return ((BrokenImages ? embedded / 0 : Detached ? embedded.detach() : embedded) * 1).MoveToOuterDisposeScope();
    }

    public torch.Tensor EmbedTexts(IReadOnlyList<string> texts)
    {
        using var scope = torch.NewDisposeScope();
        var rows = texts.Select(text =>
        {
            var sum = torch.zeros(Width, dtype: torch.ScalarType.Float64);
            var pieces = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(Cut).ToArray();
            for (var i = 0; i < pieces.Length; i++)
            {
                sum.add_(FormulaWeights.Noise($"token.{pieces[i]}", Width) * (1 + (0.1 * i)));
            }

            return sum;
        }).ToArray();
        var embedded = torch.nn.functional.normalize(torch.stack(rows, 0), dim: 1);
        return (BrokenTexts ? embedded / 0 : embedded * 1).MoveToOuterDisposeScope();
    }

    public IReadOnlyList<int> Cut(string word)
    {
        if (word == "[UNK]")
        {
            return [1];
        }

        var found = new List<int>();
        for (var start = 0; start < word.Length;)
        {
            var end = word.Length;
            while (end > start && Find(word, start, end) < 0)
            {
                end--;
            }

            if (end == start)
            {
                return [1];
            }

            found.Add(Find(word, start, end));
            start = end;
        }

        return found;
    }

    public string Join(IReadOnlyList<int> pieces) => string.Join(' ', pieces.Select(piece => s_pieces[piece])).Replace(" ##", "", StringComparison.Ordinal);

    public torch.Tensor Predict(IReadOnlyList<IReadOnlyList<int>> texts, bool marks = true)
    {
        using var scope = torch.NewDisposeScope();
        var logits = texts.Select(text =>
        {
            int[] row = marks ? [2, .. text, 3] : [.. text];
            return torch.stack([.. row.Select((piece, i) =>
            {
                var (before, after) = (i > 0 ? row[i - 1] : -1, i + 1 < row.Length ? row[i + 1] : -1);
                var noise = FormulaWeights.Noise($"mlm.{before}.{piece}.{after}", s_pieces.Length) * 4;
                noise.narrow(0, 0, Specials).fill_(-10);
                return noise;
            })], 0);
        }).ToArray();
        var all = torch.stack(logits, 0);
        return (BrokenLanguage ? all / 0 * 0 : all * 1).MoveToOuterDisposeScope();
    }

    private static int Find(string word, int start, int end) => Array.IndexOf(s_pieces, (start > 0 ? "##" : "") + word[start..end]);
}
