namespace RobustVlm.Models;

/// <summary>Names and shapes of a model's weights, known without making the model.</summary>
internal static class ClipLayout
{
    internal static IReadOnlyDictionary<string, long[]> Shapes(ClipOptions options)
    {
        var (image, text) = (options.Image, options.Text);
        var shapes = new Dictionary<string, long[]>
        {
            ["logit_scale"] = [],
            ["positional_embedding"] = [text.ContextLength, text.Width],
            ["text_projection"] = [text.Width, options.EmbeddingSize],
            ["token_embedding.weight"] = [text.VocabularySize, text.Width],
            ["visual.class_embedding"] = [image.Width],
            ["visual.positional_embedding"] = [image.Patches + 1, image.Width],
            ["visual.proj"] = [image.Width, options.EmbeddingSize],
            ["visual.conv1.weight"] = [image.Width, image.Channels, image.PatchSize, image.PatchSize],
        };
        AddLayer(shapes, "ln_final", text.Width);
        AddLayer(shapes, "visual.ln_pre", image.Width);
        AddLayer(shapes, "visual.ln_post", image.Width);
        AddBlocks(shapes, "transformer.resblocks", text.Depth, text.Width);
        AddBlocks(shapes, "visual.transformer.resblocks", image.Depth, image.Width);
        return shapes;
    }

    private static void AddBlocks(Dictionary<string, long[]> shapes, string prefix, int depth, int width)
    {
        for (var block = 0; block < depth; block++)
        {
            var name = $"{prefix}.{block}";
            shapes[$"{name}.attn.in_proj_weight"] = [3 * width, width];
            shapes[$"{name}.attn.in_proj_bias"] = [3 * width];
            AddLayer(shapes, $"{name}.attn.out_proj", width, width);
            AddLayer(shapes, $"{name}.ln_1", width);
            AddLayer(shapes, $"{name}.mlp.c_fc", 4 * width, width);
            AddLayer(shapes, $"{name}.mlp.c_proj", width, 4 * width);
            AddLayer(shapes, $"{name}.ln_2", width);
        }
    }

    private static void AddLayer(Dictionary<string, long[]> shapes, string name, params long[] weight)
    {
        shapes[$"{name}.weight"] = weight;
        shapes[$"{name}.bias"] = [weight[0]];
    }
}
