using System.Text.RegularExpressions;

namespace RobustVlm.Models;

/// <summary>Brings OpenAI's, open_clip's and Hugging Face's names of a CLIP model's weights to OpenAI's.</summary>
internal static partial class ClipNames
{
    // OpenAI's files hold these beside the weights; they repeat the sizes.
    private static readonly string[] s_sizes = ["input_resolution", "context_length", "vocab_size"];

    private static readonly string[] s_projections = ["q", "k", "v"];   // in the order in which OpenAI's one matrix holds them

    private static readonly (string Theirs, string Ours)[] s_parts =
    [
        ("vision_model.encoder.layers.", "visual.transformer.resblocks."),
        ("text_model.encoder.layers.", "transformer.resblocks."),
        ("vision_model.embeddings.class_embedding", "visual.class_embedding"),
        ("vision_model.embeddings.patch_embedding.", "visual.conv1."),
        ("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
        ("vision_model.pre_layrnorm.", "visual.ln_pre."),
        ("vision_model.pre_layernorm.", "visual.ln_pre."),
        ("vision_model.post_layernorm.", "visual.ln_post."),
        ("text_model.embeddings.token_embedding.", "token_embedding."),
        ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
        ("text_model.final_layer_norm.", "ln_final."),
        (".layer_norm1.", ".ln_1."),
        (".layer_norm2.", ".ln_2."),
        (".mlp.fc1.", ".mlp.c_fc."),
        (".mlp.fc2.", ".mlp.c_proj."),
        (".self_attn.out_proj.", ".attn.out_proj."),
    ];

    internal static IReadOnlyDictionary<string, StoredWeight> Rename(
        IReadOnlyDictionary<string, StoredWeight> stored, ClipOptions options, LoadOptions how, ICollection<string> ignored)
    {
        var renamed = new Dictionary<string, StoredWeight>();
        var huggingFace = stored.Keys.Any(name => name.StartsWith("vision_model.", StringComparison.Ordinal) || name.StartsWith("text_model.", StringComparison.Ordinal));
        foreach (var (name, weight) in stored)
        {
            if (s_sizes.Contains(name) || name.EndsWith(".position_ids", StringComparison.Ordinal))
            {
                ignored.Add(name);
            }
            else if (huggingFace)
            {
                Add(renamed, stored, name, weight);
            }
            else
            {
                renamed[name] = weight;
            }
        }

        if (how.ResizePositions)
        {
            const string transformer = "visual.positional_embedding";
            const string resNet = "visual.attnpool.positional_embedding";
            PositionEmbedding.Resize(renamed, transformer, options.Image.ImageSize / options.Image.PatchSize);
            PositionEmbedding.Resize(renamed, resNet, options.Image.ImageSize / ClipResNet.Reduction);
        }

        return renamed;
    }

    private static void Add(Dictionary<string, StoredWeight> renamed, IReadOnlyDictionary<string, StoredWeight> stored, string name, StoredWeight weight)
    {
        if (name is "visual_projection.weight" or "text_projection.weight" && weight.Shape is [var rows, var columns])
        {
            // A linear layer there, a matrix from the right here.
            renamed[name[0] == 'v' ? "visual.proj" : "text_projection"] = weight.Rearranged([columns, rows], matrix => matrix.t());
            return;
        }

        var ours = s_parts.Aggregate(name, (text, part) => text.Replace(part.Theirs, part.Ours, StringComparison.Ordinal));
        if (SeparateProjection().Match(ours) is { Success: true } match)
        {
            var parts = s_projections
                .Select(kind => stored.GetValueOrDefault(name.Replace($".{match.Groups["kind"]}_proj.", $".{kind}_proj.", StringComparison.Ordinal)))
                .OfType<StoredWeight>().ToArray();

            // The queries' turn brings in all three; without them the names stay as they are and are listed.
            if (parts.Length == 3 && parts.All(part => part.Shape.SequenceEqual(weight.Shape) && part.Shape.Count > 0))
            {
                if (match.Groups["kind"].Value == "q")
                {
                    renamed[$"{match.Groups["block"]}.attn.in_proj_{match.Groups["part"]}"] = StoredWeight.Stacked(parts);
                }

                return;
            }
        }

        renamed[ours] = weight;
    }

    [GeneratedRegex(@"^(?<block>.*)\.self_attn\.(?<kind>[qkv])_proj\.(?<part>weight|bias)$")]
    private static partial Regex SeparateProjection();
}
