using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>Settings of <see cref="VisualPrompt"/>. The defaults are TeCoA's frame at 224 pixels.</summary>
public sealed record VisualPromptOptions
{
    /// <summary>Width in pixels of the frame that is added to the normalised picture; 0 leaves it out.</summary>
    public int PadWidth { get; init; } = 30;

    /// <summary>Number of learned tokens behind those of the patches; 0 leaves them out. TeCoA uses 100.</summary>
    public int Tokens { get; init; }
}

/// <summary>A learned frame around the picture and learned tokens, in front of a frozen image encoder (TeCoA's visual prompts: Mao et al. 2023, arXiv:2212.07016).</summary>
/// <remarks>The frame is added after normalisation, inside the attacked function. Tokens have positions of zero, which are not trained. All starts as standard normal numbers.</remarks>
public sealed class VisualPrompt : nn.Module
{
    // Field names are those of TeCoA's files.
    private readonly Parameter? pad_up;      // [1, C, pad, size]
    private readonly Parameter? pad_down;
    private readonly Parameter? pad_left;    // [1, C, size - 2 pad, pad]
    private readonly Parameter? pad_right;
    private readonly Parameter? prompt;      // [1, tokens, width]
    private readonly Func<Clip> model;       // behind a function, so that it is no part of this module

    /// <summary>Makes a prompt.</summary>
    /// <param name="model">The model whose image encoder it stands before; it must have a transformer. It is used, not copied.</param>
    /// <param name="options">Sizes; null takes the defaults.</param>
    /// <param name="random">Source of the initial numbers.</param>
    /// <exception cref="ArgumentException">The sizes do not fit the model.</exception>
    public VisualPrompt(Clip model, VisualPromptOptions? options, Generator random)
        : base(nameof(VisualPrompt))
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(random);
        options ??= new VisualPromptOptions();
        this.model = () => model;
        var image = model.Options.Image;
        var (pad, size) = (options.PadWidth, image.ImageSize);
        if (image.Tower != ClipTower.Transformer)
        {
            throw new ArgumentException("Visual prompts need an image encoder that is a transformer.", nameof(model));
        }

        if (pad < 0 || options.Tokens < 0 || pad * 2 >= size || pad + options.Tokens == 0)
        {
            throw new ArgumentException($"A frame of {pad} pixels and {options.Tokens} tokens cannot be put before pictures of {size} pixels; choose a frame narrower than half of them, or tokens.", nameof(options));
        }

        var like = model.Visual.parameters().First();
        if (pad > 0)
        {
            pad_up = Draw(image.Channels, pad, size);
            pad_down = Draw(image.Channels, pad, size);
            pad_left = Draw(image.Channels, size - (2 * pad), pad);
            pad_right = Draw(image.Channels, size - (2 * pad), pad);
        }

        prompt = options.Tokens > 0 ? Draw(options.Tokens, image.Width) : null;
        RegisterComponents();

        Parameter Draw(params long[] shape)
        {
            using var drawn = randn([1, .. shape], dtype: like.dtype, generator: random);
            return new Parameter(drawn.to(like.device, copy: true));
        }
    }

    /// <summary>The encoder with the prompt before it.</summary>
    /// <param name="input">Scaling and normalisation; null takes the model's own.</param>
    /// <returns>From float tensors [N, C, H, W] of any size, pixels in [0, 1], to float tensors [N, D]: give it to <see cref="ZeroShotClassifier.Create"/>.</returns>
    public Func<Tensor, Tensor> Encoder(ClipInput? input = null)
    {
        var visual = (ClipVisionTransformer)model().Visual;   // checked when it was made
        input ??= new ClipInput();
        return images => visual.EncodeWithTokens(Framed(input.Apply(images, visual.Options), visual.Options), prompt);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Visual prompt with {parameters().Sum(part => part.numel())} numbers";

    internal void CheckModel(Clip trained)
    {
        if (!ReferenceEquals(trained, model()))
        {
            throw new ArgumentException("The visual prompt was made for another model; make one for this model.");
        }
    }

    // The encoder divides by the deviation afterwards, so a change of normalised numbers is that change times the deviation here.
    private Tensor Framed(Tensor pixels, ClipVisionOptions image)
    {
        if (pad_up is null || pad_down is null || pad_left is null || pad_right is null)
        {
            return pixels;
        }

        var side = pad_left.shape[2];
        var middle = cat([pad_left, zeros([1, image.Channels, side, side], dtype: pad_left.dtype, device: pad_left.device), pad_right], 3);
        var deviation = tensor(image.PixelDeviation.Take(image.Channels), dtype: pixels.dtype, device: pixels.device).view(1, -1, 1, 1);
        return pixels + (cat([pad_up, middle, pad_down], 2).to(pixels.dtype) * deviation);
    }
}
