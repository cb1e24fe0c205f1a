using System.Text.RegularExpressions;
using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.LowRank;

/// <summary>A layer of a model that has, or can have, an update.</summary>
internal sealed partial class LowRankSite : IDisposable
{
    private const LowRankTargets Fused = LowRankTargets.Query | LowRankTargets.Key | LowRankTargets.Value;

    // Names of the layers below a block: timm's ViT, OpenAI's CLIP, Hugging Face's BERT.
    private static readonly Dictionary<string, LowRankTargets> s_layers = new()
    {
        ["attn.qkv"] = Fused,
        ["attn.proj"] = LowRankTargets.Output,
        ["mlp.fc1"] = LowRankTargets.Fc1,
        ["mlp.fc2"] = LowRankTargets.Fc2,
        ["attn"] = Fused,
        ["attn.out_proj"] = LowRankTargets.Output,
        ["mlp.c_fc"] = LowRankTargets.Fc1,
        ["mlp.c_proj"] = LowRankTargets.Fc2,
        ["attention.self.query"] = LowRankTargets.Query,
        ["attention.self.key"] = LowRankTargets.Key,
        ["attention.self.value"] = LowRankTargets.Value,
        ["attention.output.dense"] = LowRankTargets.Output,
        ["intermediate.dense"] = LowRankTargets.Fc1,
        ["output.dense"] = LowRankTargets.Fc2,
    };

    private readonly nn.Module _model;
    private readonly nn.Module _layer;
    private Tensor? _original;

    private LowRankSite(nn.Module model, string path, nn.Module layer, LowRankTargets segments, LowRankSwitch state)
    {
        (_model, _layer, Path) = (model, layer, path);
        Weight = layer is Linear linear ? linear.weight : ((SelfAttention)layer).InputWeight;
        var order = segments == Fused ? [LowRankTargets.Query, LowRankTargets.Key, LowRankTargets.Value] : new[] { segments };
        Update = new LowRankUpdate(state, order, Weight.shape[1], Weight.shape[0]);
    }

    internal string Path { get; }

    /// <summary>Float parameter [out, in] of the frozen layer.</summary>
    internal Parameter Weight { get; }

    /// <summary>Float tensor [out, in]: the weight as it was before anything was merged.</summary>
    internal Tensor Original => _original ?? Weight;

    internal LowRankUpdate Update { get; }

    /// <summary>All layers of a model that the options name, in the model's order.</summary>
    internal static LowRankSite[] Find(nn.Module model, LowRankSwitch state)
    {
        var options = state.Options;
        var known =
            from entry in model.named_modules()
            where entry.module is Linear or SelfAttention
            let match = Block().Match(entry.name)
            where match.Success && s_layers.ContainsKey(match.Groups["layer"].Value)
            select (entry.name, entry.module, Targets: s_layers[match.Groups["layer"].Value], Number: int.Parse(match.Groups["block"].Value, System.Globalization.CultureInfo.InvariantCulture));
        var layers = known.Where(layer => layer.name.StartsWith(options.Under, StringComparison.Ordinal)).ToArray();
        var missing = (options.Blocks ?? []).Except(layers.Select(layer => layer.Number)).ToArray();
        var chosen = layers.Where(layer => options.Blocks?.Contains(layer.Number) != false && (layer.Targets & options.Targets) != 0).ToArray();
        if (chosen.Length == 0 || missing.Length > 0)
        {
            throw new ArgumentException(
                layers.Length == 0 ? $"{model.GetName()} has no transformer block{(options.Under.Length > 0 ? $" under '{options.Under}'" : "")} that can be adapted; give a VisionTransformer, a Clip with a transformer or a Bert."
                : missing.Length > 0 ? $"{model.GetName()} has no block {string.Join(", ", missing)}; its blocks are 0 to {layers.Max(layer => layer.Number)}."
                : $"{model.GetName()} has none of the targets {options.Targets} in the blocks asked for; choose others.");
        }

        return [.. chosen.Select(layer => new LowRankSite(model, layer.name, layer.module, layer.Targets, state))];
    }

    internal void Attach()
    {
        if (_layer is SelfAttention attention)
        {
            attention.Update = Update;
        }
        else
        {
            ModuleTree.Replace(_model, Path, new LowRankLinear((Linear)_layer, Update));
        }
    }

    internal void Detach()
    {
        if (_layer is SelfAttention attention)
        {
            attention.Update = null;
        }
        else
        {
            ModuleTree.Replace(_model, Path, (Linear)_layer);
        }

        Update.Dispose();
    }

    internal void Merge(int task)
    {
        using var scope = NewDisposeScope();
        _original = Weight.detach().clone().DetachFromDisposeScope();
        Weight.add_(Update.Product(task));
    }

    internal void Unmerge()
    {
        if (_original is not null)
        {
            Weight.copy_(_original);
            _original.Dispose();
            _original = null;
        }
    }

    public void Dispose() => _original?.Dispose();

    [GeneratedRegex(@"^(?:.*\.)?(?:blocks|resblocks|layer)\.(?<block>\d+)\.(?<layer>.+)$")]
    private static partial Regex Block();
}
