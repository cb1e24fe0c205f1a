using RobustVlm.Data.Text;
using RobustVlm.Data.Worlds;
using RobustVlm.Methods.Training;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>Pictures of worlds to learn from: pools are drawn anew again and again, so that nothing can be learned by heart.</summary>
/// <remarks>A batch follows from the lab's seed and its number alone, so an interrupted training sees the same ones when it goes on.</remarks>
internal sealed class WorldPool : IDisposable
{
    private readonly Lab _lab;
    private readonly string _purpose;
    private readonly WorldPoolOptions _options;
    private readonly ITokenizer? _tokenizer;
    private Tensor? _images;   // bytes [N, C, S, S]
    private Tensor? _labels;   // [N]
    private Tensor? _tokens;   // [N, T]
    private BatchOrder? _order;
    private long _pool = -1;

    /// <param name="lab">Seed and device.</param>
    /// <param name="purpose">What the pictures are for; other purposes get other pictures.</param>
    /// <param name="options">Which pictures.</param>
    /// <param name="tokenizer">For captions; null leaves them out.</param>
    internal WorldPool(Lab lab, string purpose, WorldPoolOptions options, ITokenizer? tokenizer = null)
    {
        _lab = lab;
        _purpose = purpose;
        _options = options;
        _tokenizer = tokenizer;
    }

    private long BatchesPerPool => _options.Pictures / _options.BatchSize * (long)_options.RoundsPerPool;

    /// <summary>Float tensor [B, C, S, S], pixels in [0, 1].</summary>
    internal Tensor Images(long batch) => Take(batch, () => _images!).to(ScalarType.Float32) / 255;

    /// <summary>Long tensor [B], the classes within each picture's own world.</summary>
    internal Tensor Labels(long batch) => Take(batch, () => _labels!);

    /// <summary>Long tensor [B, T], captions.</summary>
    internal Tensor Tokens(long batch) => Take(batch, () => _tokens!);

    public void Dispose()
    {
        _images?.Dispose();
        _labels?.Dispose();
        _tokens?.Dispose();
        _order?.Dispose();
    }

    private Tensor Take(long batch, Func<Tensor> from)
    {
        var (pool, within) = Math.DivRem(batch, BatchesPerPool);
        if (pool != _pool)
        {
            Draw(pool);
        }

        return from().index_select(0, _order!.Indices(within)).to(_lab.Device);
    }

    private void Draw(long pool)
    {
        Dispose();
        using var scope = NewDisposeScope();
        var (images, labels, captions) = (new List<Tensor>(), new List<Tensor>(), new List<string>());
        foreach (var (name, count) in _options.Shares)
        {
            using var part = NewDisposeScope();
            var world = WorldCatalog.Find(name);
            using var random = _lab.Random($"{_purpose}: {name} {pool}");
            using var batch = world.Render(count, _options.Size, random);
            images.Add(batch.Images.mul(255).round_().to(ScalarType.Byte).cpu().expand(-1, _options.Channels, -1, -1).contiguous().MoveToOuterDisposeScope());
            labels.Add(batch.Labels.cpu().clone().MoveToOuterDisposeScope());
            captions.AddRange(batch.Captions);
        }

        using var order = _lab.Random($"{_purpose}: order {pool}");
        _images = cat(images, 0).DetachFromDisposeScope();
        _labels = cat(labels, 0).DetachFromDisposeScope();
        _tokens = _tokenizer?.Encode(captions).DetachFromDisposeScope();
        _order = new BatchOrder(captions.Count, _options.BatchSize, order);
        _pool = pool;
    }
}

/// <summary>Which pictures a <see cref="WorldPool"/> draws.</summary>
internal sealed record WorldPoolOptions
{
    /// <summary>Height and width in pixels.</summary>
    public int Size { get; init; } = 48;

    /// <summary>1 for grey worlds, 3 to make all RGB.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Pictures of each world in a pool, by the world's name.</summary>
    public required IReadOnlyDictionary<string, int> Shares { get; init; }

    /// <summary>How often a pool is gone through before the next one is drawn.</summary>
    public int RoundsPerPool { get; init; } = 3;

    /// <summary>Pictures per batch.</summary>
    public int BatchSize { get; init; } = 128;

    internal int Pictures => Shares.Values.Sum();

    /// <summary>The pools in words.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"freshly drawn pictures of {(Shares.Count == 1 ? $"the world '{Shares.Keys.Single()}'" : $"{Shares.Count} worlds")}, {Pictures:N0} in a pool, each pool seen {RoundsPerPool} times, {Size} x {Size} pixels");
}
