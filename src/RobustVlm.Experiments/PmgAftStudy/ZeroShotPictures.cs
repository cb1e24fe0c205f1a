using RobustVlm.Data.Text;
using RobustVlm.Data.Worlds;
using RobustVlm.Evaluation;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>The pictures of a seed: those to learn from, and sets to score on, the source set first. Classes are equally frequent everywhere.</summary>
internal sealed class ZeroShotPictures : IDisposable
{
    private ZeroShotPictures(Tensor images, Tensor labels, IReadOnlyList<Tensor> prompts, IReadOnlyList<ZeroShotSet> sets) =>
        (Images, Labels, Prompts, Sets) = (images, labels, prompts, sets);

    /// <summary>The set to learn from: none of its classes occurs in another world.</summary>
    internal static IWorld Source => WorldCatalog.Source;

    /// <summary>The sets that fine-tuning does not see.</summary>
    internal static IReadOnlyList<IWorld> ZeroShot => WorldCatalog.ZeroShot;

    /// <summary>Float tensor [N, 3, S, S], pixels in [0, 1]: to learn from.</summary>
    internal Tensor Images { get; }

    /// <summary>Long tensor [N], class indices of the source set.</summary>
    internal Tensor Labels { get; }

    /// <summary>Tokens of the source set's prompts, one tensor for each class.</summary>
    internal IReadOnlyList<Tensor> Prompts { get; }

    /// <summary>To score on: new pictures of the source set, then the zero-shot sets, each in the size in which it is attacked.</summary>
    internal IReadOnlyList<ZeroShotSet> Sets { get; }

    internal static ZeroShotPictures Draw(Lab lab, int sourcePictures, int pictures, int imageSize, ClipTokenizer tokenizer)
    {
        using var scope = NewDisposeScope();
        var (images, labels) = Draw(lab, Source, "to learn from", sourcePictures, imageSize);
        ZeroShotSet[] sets = [.. new[] { Source }.Concat(ZeroShot).Select(world => Set(lab, world, pictures, imageSize, tokenizer))];
        return new ZeroShotPictures(images.DetachFromDisposeScope(), labels.DetachFromDisposeScope(), sets[0].Prompts, sets);
    }

    public void Dispose()
    {
        foreach (var tensor in Sets.SelectMany(set => set.Prompts.Concat([set.Images, set.Labels])).Concat([Images, Labels]))
        {
            tensor.Dispose();
        }
    }

    private static ZeroShotSet Set(Lab lab, IWorld world, int pictures, int imageSize, ClipTokenizer tokenizer)
    {
        var (images, labels) = Draw(lab, world, "to score on", pictures, world.NativeSize ?? imageSize);
        return new ZeroShotSet(
            world.Name, images.DetachFromDisposeScope(), labels.DetachFromDisposeScope(),
            [.. world.Prompts.Select(prompts => tokenizer.Encode(prompts).to(lab.Device).DetachFromDisposeScope())]);
    }

    private static (Tensor Images, Tensor Labels) Draw(Lab lab, IWorld world, string purpose, int count, int size)
    {
        using var random = lab.Random($"pmg-aft: {world.Name}, {purpose}");
        using var labels = tensor(Enumerable.Range(0, count).Select(i => (long)(i % world.Classes.Count)).ToArray(), device: random.device);
        using var batch = world.Render(labels, size, random, lab.Device);
        return (batch.Images.clone(), batch.Labels.clone());
    }
}
