using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Models;
using TorchSharp;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>The pre-trained transformer: the shipped mini one, or a safetensors file with timm's names that the reader has.</summary>
internal static class UserBackbone
{
    /// <summary>The environment variable that names the file.</summary>
    internal const string Variable = "ROBUSTVLM_BACKBONE";

    // A file does not tell the number of heads. The published transformers have 64 channels per head up to ViT-L and 16 heads from there on.
    private const int HeadWidth = 64;
    private const int WidestWithHeadWidth = 1024;
    private const int HeadsOfWide = 16;

    /// <summary>Loads it onto the lab's device.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="path">The file; null takes the environment variable, and the shipped model without it.</param>
    /// <param name="shipped">Which of the shipped ones that is.</param>
    internal static (VisionTransformer Model, string Description) Load(Lab lab, string? path = null, string shipped = ShippedCheckpoints.MiniVitName)
    {
        var given = path ?? Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(given))
        {
            return (ShippedCheckpoints.Load<VisionTransformer>(lab, shipped), $"the shipped {shipped}");
        }

        var sizes = SizesOf(given);
        var model = Checkpoint.Load(given, sizes, new LoadOptions { Skip = @"^(head|fc)\." });
        model.to(lab.Device);
        return (model, string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(given)}: {sizes.Depth} blocks of width {sizes.Width}, {sizes.Heads} heads, {sizes.ImageSize} pixels"));
    }

    /// <summary>Reads the sizes off the shapes in a file.</summary>
    internal static VisionTransformerOptions SizesOf(string path)
    {
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"{path} is no safetensors file; save the transformer's weights with timm's names as .safetensors.");
        }

        using var file = SafetensorsFile.Open(path);
        long[] Shape(string name, int dimensions) => file.Entries.TryGetValue(name, out var entry) && entry.Shape.Count == dimensions ? [.. entry.Shape]
            : throw new InvalidDataException($"{path} has no weight '{name}' of {dimensions} dimensions, as timm's vision transformers have; give such a file.");
        var patch = Shape("patch_embed.proj.weight", 4);
        var places = Shape("pos_embed", 3)[1] - Shape("cls_token", 3)[1];
        var side = (int)Math.Round(Math.Sqrt(places));
        var depth = file.Entries.Keys.Select(Block).DefaultIfEmpty(-1).Max() + 1;
        var width = (int)patch[0];
        var heads = width > WidestWithHeadWidth ? HeadsOfWide : width / HeadWidth;
        if ((long)side * side != places || depth == 0 || heads == 0 || width % heads != 0)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{path} has {depth} blocks of width {width} and {places} patches, which is no square-image transformer of a published width; give a timm ViT with a multiple of {HeadWidth} as width."));
        }

        return new VisionTransformerOptions
        {
            ImageSize = side * (int)patch[2],
            PatchSize = (int)patch[2],
            Channels = (int)patch[1],
            Width = width,
            Depth = depth,
            Heads = heads,
            MlpRatio = Shape("blocks.0.mlp.fc1.weight", 2)[0] / (double)width,
            QkvBias = file.Entries.ContainsKey("blocks.0.attn.qkv.bias"),
            Pooling = file.Entries.ContainsKey("fc_norm.weight") ? VisionPooling.Average : VisionPooling.Token,
        };
    }

    private static int Block(string name) =>
        name.Split('.') is ["blocks", var number, ..] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var block) ? block : -1;
}
