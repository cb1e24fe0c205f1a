using System.Globalization;
using RobustVlm.Models;

namespace RobustVlm.Methods.Nullspaces;

/// <summary>How many dimensions the nullspace of a patch embedding has by counting alone, as for nearly all weights: what a patch has more numbers than a token.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="PatchSize">Height and width of a patch in pixels.</param>
/// <param name="Width">Length of a token.</param>
/// <param name="ImageSize">Height and width of an image in pixels.</param>
/// <param name="Channels">Colour channels.</param>
public sealed record GenericNullspace(string Model, int PatchSize, int Width, int ImageSize = 224, int Channels = 3)
{
    /// <summary>The usual transformers for images. The numbers are generic: no weights were looked at.</summary>
    public static IReadOnlyList<GenericNullspace> Standard { get; } =
    [
        new("ViT-Ti/16", 16, 192), new("ViT-S/16", 16, 384), new("ViT-B/16", 16, 768), new("ViT-L/16", 16, 1024),
        new("ViT-S/32", 32, 384), new("ViT-B/32", 32, 768), new("ViT-L/32", 32, 1024),
        new("ViT-S/8", 8, 384), new("ViT-B/8", 8, 768), new("ViT-H/14", 14, 1280),
        new("Swin-T", 4, 96),
        new("CLIP ViT-B/32", 32, 768), new("CLIP ViT-B/16", 16, 768), new("CLIP ViT-L/14", 14, 1024), new("BiomedCLIP ViT-B/16", 16, 768),
    ];

    /// <summary>Numbers of a patch.</summary>
    public int Inputs => Channels * PatchSize * PatchSize;

    /// <summary>Dimensions for each patch.</summary>
    public int Dimension => Math.Max(Inputs - Width, 0);

    /// <summary>Dimensions for a whole image.</summary>
    public long ImageDimension => (long)Dimension * (ImageSize / PatchSize) * (ImageSize / PatchSize);

    /// <summary>The count for a model of given sizes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="sizes">Its sizes.</param>
    public static GenericNullspace Of(string name, VisionTransformerOptions sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        return new(name, sizes.PatchSize, sizes.Width, sizes.ImageSize, sizes.Channels);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Model}: {Dimension} of {Inputs} dimensions of a patch, generic");
}
