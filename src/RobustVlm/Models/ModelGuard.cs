using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Checks of sizes and inputs that the models share.</summary>
internal static class ModelGuard
{
    // Far above any model; a damaged checkpoint must not ask for billions.
    private const int LargestDepth = 1000;

    internal static void Check(ClipOptions options)
    {
        if (options.Image is null || options.Text is null)
        {
            throw new ArgumentException("The sizes of the image or of the text encoder are missing.", nameof(options));
        }

        CheckVision(options.Image);
        CheckText(options.Text);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.EmbeddingSize, 1, nameof(options));
        if (!(options.InitialLogitScale is > 0 and <= 100))
        {
            throw new ArgumentException($"The logit scale starts above 0 and at most at 100, not at {options.InitialLogitScale}.", nameof(options));
        }
    }

    internal static void CheckBlocks(int width, int depth, int heads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, LargestDepth);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        if (width % heads != 0)
        {
            throw new ArgumentException($"Width {width} cannot be shared among {heads} heads; make it a multiple.", nameof(width));
        }
    }

    internal static void CheckVision(VisionTransformerOptions options)
    {
        CheckBlocks(options.Width, options.Depth, options.Heads);
        if (options.PatchSize < 1 || options.ImageSize < options.PatchSize || options.ImageSize % options.PatchSize != 0)
        {
            throw new ArgumentException(
                $"Images of {options.ImageSize} pixels cannot be cut into patches of {options.PatchSize}; make the size a multiple.",
                nameof(options));
        }

        if (options.Channels is not (1 or 3))
        {
            throw new ArgumentException($"Images have 1 (grey) or 3 (RGB) channels, not {options.Channels}.", nameof(options));
        }
    }

    internal static void CheckText(TextEncoderOptions options)
    {
        CheckBlocks(options.Width, options.Depth, options.Heads);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.VocabularySize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ContextLength, 1);
    }

    internal static void CheckImages(Tensor images, VisionTransformerOptions options)
    {
        ArgumentNullException.ThrowIfNull(images);
        var shape = images.shape;
        if (shape.Length != 4 || shape[1] != options.Channels || shape[2] != options.ImageSize || shape[3] != options.ImageSize)
        {
            throw new ArgumentException(
                $"This model takes images [N, {options.Channels}, {options.ImageSize}, {options.ImageSize}], "
                + $"not [{string.Join(", ", shape)}]; resize or convert them.",
                nameof(images));
        }
    }

    internal static void CheckTokens(Tensor tokens, TextEncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var shape = tokens.shape;
        if (shape.Length != 2 || shape[1] < 1 || shape[1] > options.ContextLength || tokens.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"This model takes int64 tokens [N, T] with T up to {options.ContextLength}, "
                + $"not {tokens.dtype} [{string.Join(", ", shape)}]; encode the texts with the model's tokenizer.",
                nameof(tokens));
        }
    }
}
