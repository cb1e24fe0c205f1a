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
        };
        AddLayer(shapes, "ln_final", text.Width);
        AddBlocks(shapes, "transformer.resblocks", text.Depth, text.Width);
        if (image.Tower == ClipTower.ResNet)
        {
            AddResNet(shapes, image, options.EmbeddingSize);
        }
        else
        {
            AddTransformer(shapes, image, options.EmbeddingSize);
        }

        return shapes;
    }

    private static void AddTransformer(Dictionary<string, long[]> shapes, ClipVisionOptions image, int embedding)
    {
        shapes["visual.class_embedding"] = [image.Width];
        shapes["visual.positional_embedding"] = [image.Patches + 1, image.Width];
        shapes["visual.proj"] = [image.Width, embedding];
        shapes["visual.conv1.weight"] = [image.Width, image.Channels, image.PatchSize, image.PatchSize];
        AddLayer(shapes, "visual.ln_pre", image.Width);
        AddLayer(shapes, "visual.ln_post", image.Width);
        AddBlocks(shapes, "visual.transformer.resblocks", image.Depth, image.Width);
    }

    private static void AddResNet(Dictionary<string, long[]> shapes, ClipVisionOptions image, int embedding)
    {
        var (width, half) = (image.Width, image.Width / 2);
        AddConvolution(shapes, "visual.conv1", "visual.bn1", half, image.Channels, 3);
        AddConvolution(shapes, "visual.conv2", "visual.bn2", half, half, 3);
        AddConvolution(shapes, "visual.conv3", "visual.bn3", width, half, 3);
        var entering = width;
        foreach (var (stage, blocks) in image.Stages.ToArray().Index())
        {
            var planes = width << stage;
            for (var block = 0; block < blocks; block++)
            {
                var name = $"visual.layer{stage + 1}.{block}";
                AddConvolution(shapes, $"{name}.conv1", $"{name}.bn1", planes, entering, 1);
                AddConvolution(shapes, $"{name}.conv2", $"{name}.bn2", planes, planes, 3);
                AddConvolution(shapes, $"{name}.conv3", $"{name}.bn3", ClipBottleneck.Expansion * planes, planes, 1);
                if (block == 0)
                {
                    AddConvolution(shapes, $"{name}.downsample.0", $"{name}.downsample.1", ClipBottleneck.Expansion * planes, entering, 1);
                }

                entering = ClipBottleneck.Expansion * planes;
            }
        }

        var side = image.ImageSize / ClipResNet.Reduction;
        shapes["visual.attnpool.positional_embedding"] = [(side * side) + 1, entering];
        AddLayer(shapes, "visual.attnpool.q_proj", entering, entering);
        AddLayer(shapes, "visual.attnpool.k_proj", entering, entering);
        AddLayer(shapes, "visual.attnpool.v_proj", entering, entering);
        AddLayer(shapes, "visual.attnpool.c_proj", embedding, entering);
    }

    private static void AddConvolution(Dictionary<string, long[]> shapes, string convolution, string norm, int channels, int entering, int kernel)
    {
        shapes[$"{convolution}.weight"] = [channels, entering, kernel, kernel];
        AddLayer(shapes, norm, channels);
        shapes[$"{norm}.running_mean"] = [channels];
        shapes[$"{norm}.running_var"] = [channels];
        shapes[$"{norm}.num_batches_tracked"] = [];
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
