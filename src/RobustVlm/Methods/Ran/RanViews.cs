using RobustVlm.Attacks;
using RobustVlm.Data;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>What a frozen encoder says about several changed copies of each image, computed once; a batch draws from them.</summary>
internal sealed class RanViews : IDisposable
{
    private const int Together = 256;

    private readonly Tensor _first;     // [V, N, ...]
    private readonly Tensor? _second;   // [V, N, ...]: the attacked form of each copy

    private RanViews(Tensor first, Tensor? second) => (_first, _second) = (first, second);

    /// <summary>Encodes copies.</summary>
    /// <param name="options">How many copies, their changes, the second view.</param>
    /// <param name="attacked">The encoder as the attack on second views sees it.</param>
    /// <param name="encode">From images [N, C, H, W] to what is kept of them, [N, ...].</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="random">Source of the changes and of the attack's starts.</param>
    /// <param name="progress">Told the finished share.</param>
    internal static RanViews Make(RanOptions options, ImageEncoder attacked, Func<Tensor, Tensor> encode, Tensor images, Generator random, Action<double>? progress)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var augmentation = new Augmentation(options.Augmentation);
        var attack = options.SecondView == RanSecondView.Adversarial ? new FeaturePgd(options.SecondViewAttack) : null;
        var (first, second) = (new List<Tensor>(), new List<Tensor>());
        for (var view = 0; view < options.CachedViews; view++)
        {
            using var part = NewDisposeScope();
            var (plain, adversarial) = (new List<Tensor>(), new List<Tensor>());
            foreach (var batch in Batches(images))
            {
                var changed = augmentation.Apply(batch, random);
                plain.Add(encode(changed));
                if (attack is not null)
                {
                    adversarial.Add(encode(Moved(attack, changed)));
                }
            }

            first.Add(cat(plain, 0).MoveToOuterDisposeScope());
            if (attack is not null)
            {
                second.Add(cat(adversarial, 0).MoveToOuterDisposeScope());
            }

            progress?.Invoke((view + 1.0) / options.CachedViews);
        }

        return new RanViews(stack(first, 0).DetachFromDisposeScope(), attack is null ? null : stack(second, 0).DetachFromDisposeScope());

        // The attack may be quick; what is kept of its result is encoded in full precision.
        Tensor Moved(FeaturePgd climbing, Tensor changed)
        {
            using var quick = Autocast.Use(options.MixedPrecision ? Autocast.TrainingType(images.device_type) : ScalarType.Float32, images.device_type);
            return climbing.Away(attacked, changed, random);
        }
    }

    /// <summary>Encodes images as they are.</summary>
    /// <returns>Tensor [N, ...].</returns>
    internal static Tensor Plain(Func<Tensor, Tensor> encode, Tensor images)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return cat([.. Batches(images).Select(encode)], 0).MoveToOuterDisposeScope();
    }

    /// <summary>Two views of some images: different copies, or a copy and its attacked form.</summary>
    /// <param name="chosen">Long tensor [B], which images.</param>
    /// <param name="random">Source of the draw.</param>
    /// <returns>Float tensor [2 B, ...]: all first views, then all second views.</returns>
    internal Tensor Draw(Tensor chosen, Generator random)
    {
        var copies = _first.shape[0];
        var one = randint(0, copies, [chosen.shape[0]], dtype: ScalarType.Int64, device: random.device, generator: random).to(chosen.device);
        if (_second is not null)
        {
            return cat([Pick(_first, one, chosen), Pick(_second, one, chosen)], 0);
        }

        var further = randint(1, copies, [chosen.shape[0]], dtype: ScalarType.Int64, device: random.device, generator: random).to(chosen.device);
        return cat([Pick(_first, one, chosen), Pick(_first, (one + further).remainder(copies), chosen)], 0);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second?.Dispose();
    }

    private static Tensor Pick(Tensor from, Tensor copy, Tensor image) => from.flatten(0, 1).index_select(0, (copy * from.shape[1]) + image);

    private static IEnumerable<Tensor> Batches(Tensor images)
    {
        for (var start = 0L; start < images.shape[0]; start += Together)
        {
            Interruption.ThrowIfRequested();
            yield return images.narrow(0, start, Math.Min(Together, images.shape[0] - start));
        }
    }
}
