using RobustVlm.Models;
using TorchSharp;

namespace RobustVlm.Tests.Models;

/// <summary>A model and data small enough for tests of milliseconds.</summary>
internal static class TinyClip
{
    internal static readonly ClipOptions Options = new()
    {
        EmbeddingSize = 16,
        Image = new ClipVisionOptions { ImageSize = 16, PatchSize = 4, Width = 32, Depth = 2, Heads = 2 },
        Text = new TextEncoderOptions
        {
            VocabularySize = 40,
            ContextLength = 8,
            Width = 32,
            Depth = 1,
            Heads = 2,
            Causal = false,
            Pooling = TextPooling.Mean,
        },
    };

    internal static Clip Create(ulong seed) => new(Options, new torch.Generator(seed));

    /// <summary>Random images, each with its own random text of three to eight words.</summary>
    internal static (torch.Tensor Images, torch.Tensor Tokens) Pairs(ulong seed, int count)
    {
        using var scope = torch.NewDisposeScope();
        using var random = new torch.Generator(seed);
        var images = torch.rand([count, 1, 16, 16], generator: random);
        var words = torch.randint(1, 40, [count, 8], dtype: torch.ScalarType.Int64, generator: random);
        var lengths = torch.randint(3, 9, [count, 1], dtype: torch.ScalarType.Int64, generator: random);
        var tokens = words * torch.arange(8, dtype: torch.ScalarType.Int64).unsqueeze(0).lt(lengths).to(torch.ScalarType.Int64);
        return (images.DetachFromDisposeScope(), tokens.DetachFromDisposeScope());
    }
}
