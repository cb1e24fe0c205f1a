using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Checks of sizes and inputs that the models share.</summary>
internal static class ModelGuard
{
    // Far above any model; a damaged checkpoint must not ask for billions.
    private const int LargestDepth = 1000;
    private const double MostWeights = 4e9;

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

        CheckWeights(12.0 * depth * width * width);
    }

    internal static void CheckVision(ClipVisionOptions options)
    {
        CheckChannels(options.Channels);
        if (options.Tower == ClipTower.Transformer)
        {
            CheckBlocks(options.Width, options.Depth, options.Heads);
            CheckPatches(options.ImageSize, options.PatchSize);
            return;
        }

        CheckStages(options.Stages, options.Width, ClipBottleneck.Expansion);
        if (options.ImageSize < ClipResNet.Reduction || options.ImageSize % ClipResNet.Reduction != 0)
        {
            throw new ArgumentException($"A ResNet of CLIP takes images whose size is a multiple of {ClipResNet.Reduction}, not {options.ImageSize} pixels.", nameof(options));
        }

        if (options.Width % 2 != 0 || options.Heads < 1 || 32 * options.Width % options.Heads != 0)
        {
            throw new ArgumentException($"A ResNet of CLIP has an even width, and heads that divide 32 times it; not width {options.Width} and {options.Heads} heads.", nameof(options));
        }
    }

    internal static void CheckPatches(int imageSize, int patchSize)
    {
        if (patchSize < 1 || imageSize < patchSize || imageSize % patchSize != 0)
        {
            throw new ArgumentException(
                $"Images of {imageSize} pixels cannot be cut into patches of {patchSize}; make the size a multiple.", nameof(imageSize));
        }

        CheckWeights((double)imageSize * imageSize);
    }

    internal static void CheckChannels(int channels)
    {
        if (channels is not (1 or 3))
        {
            throw new ArgumentException($"Images have 1 (grey) or 3 (RGB) channels, not {channels}.", nameof(channels));
        }
    }

    internal static void CheckStages(StageDepths stages, int width, int expansion)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (stages.ToArray().Any(blocks => blocks is < 1 or > LargestDepth))
        {
            throw new ArgumentException($"Each of the four stages has 1 to {LargestDepth} blocks, not {stages}.", nameof(stages));
        }

        // A stage has twice the channels of the one before, so a block four times the weights.
        CheckWeights(stages.ToArray().Index().Sum(stage => stage.Item * Math.Pow(4, stage.Index) * (9 + (2 * expansion)) * width * width));
    }

    /// <summary>A damaged file must not ask for more memory than any machine has.</summary>
    internal static void CheckWeights(double count)
    {
        if (count > MostWeights)
        {
            throw new ArgumentException($"These sizes ask for {count:g2} numbers, more than any model here has; make them smaller.", nameof(count));
        }
    }

    internal static void CheckText(TextEncoderOptions options)
    {
        CheckBlocks(options.Width, options.Depth, options.Heads);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.VocabularySize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ContextLength, 1);
        CheckWeights(((double)options.VocabularySize + options.ContextLength) * options.Width);
    }

    internal static void CheckImages(Tensor images, int channels, int size)
    {
        ArgumentNullException.ThrowIfNull(images);
        var shape = images.shape;
        if (shape.Length != 4 || shape[1] != channels || shape[2] != size || shape[3] != size || !images.is_floating_point())
        {
            throw new ArgumentException(
                $"This model takes float images [N, {channels}, {size}, {size}], not {images.dtype} [{string.Join(", ", shape)}]; resize or convert them.",
                nameof(images));
        }
    }

    /// <summary>For models that take images of many sizes.</summary>
    internal static void CheckImages(Tensor images, int channels, int smallest, int multiple)
    {
        ArgumentNullException.ThrowIfNull(images);
        var shape = images.shape;
        if (shape.Length != 4 || shape[1] != channels || shape[2] < smallest || shape[3] < smallest
            || shape[2] % multiple != 0 || shape[3] % multiple != 0 || !images.is_floating_point())
        {
            throw new ArgumentException(
                $"This model takes float images [N, {channels}, H, W] with H and W from {smallest} on"
                + (multiple > 1 ? $" in multiples of {multiple}" : "")
                + $", not {images.dtype} [{string.Join(", ", shape)}]; resize or convert them.",
                nameof(images));
        }
    }

    internal static void CheckTokens(Tensor tokens, int contextLength)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var shape = tokens.shape;
        if (shape.Length != 2 || shape[1] < 1 || shape[1] > contextLength || tokens.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"This model takes int64 tokens [N, T] with T up to {contextLength}, "
                + $"not {tokens.dtype} [{string.Join(", ", shape)}]; encode the texts with the model's tokenizer.",
                nameof(tokens));
        }
    }
}
