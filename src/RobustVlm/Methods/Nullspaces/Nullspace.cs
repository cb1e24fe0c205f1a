using System.Globalization;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Nullspaces;

/// <summary>
/// The exact nullspace of a patch embedding (Liu et al. 2024, arXiv:2403.10476, section 2.1): what can be added to the pixels of a patch, at any strength, without
/// changing the vector that the rest of the transformer sees. Computed in double precision from the weight of all colour channels together.
/// </summary>
/// <remarks>
/// The sums and multiples of its elements lie in it again. Invariance is exact but for rounding, and only as long as nothing is cut to [0, 1] or rounded to 8 bits.
/// The released code takes each colour channel by itself, which finds fewer dimensions, and none for 16-pixel patches of width 256 or more.
/// </remarks>
public sealed class Nullspace : IDisposable
{
    private const double Tolerance = 1e-6;
    private const string Ambiguous = "conv1.weight";

    // What the usual files call the convolution that cuts patches: timm, OpenAI and open_clip, Hugging Face (CLIP, ViT), torchvision.
    private static readonly string[] s_names =
    [
        "patch_embed.proj.weight", "visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight", "embeddings.patch_embeddings.projection.weight",
        "conv_proj.weight", Ambiguous,
    ];

    private readonly Tensor _rows;   // float64 [rank, C side side]: orthonormal directions that are seen
    private Tensor? _basis;

    private Nullspace(Tensor rows, double[] singularValues, int channels, int patchSize, int width) =>
        (_rows, SingularValues, Channels, PatchSize, Width, Rank) = (rows, singularValues, channels, patchSize, width, (int)rows.shape[0]);

    /// <summary>Colour channels C.</summary>
    public int Channels { get; }

    /// <summary>Height and width of a patch in pixels.</summary>
    public int PatchSize { get; }

    /// <summary>Length D of a token.</summary>
    public int Width { get; }

    /// <summary>Numbers of a patch, C times its side squared.</summary>
    public int Inputs => Channels * PatchSize * PatchSize;

    /// <summary>Directions of a patch that the embedding tells apart.</summary>
    public int Rank { get; }

    /// <summary>Dimensions of the nullspace for each patch.</summary>
    public int Dimension => Inputs - Rank;

    /// <summary>The singular values of the weight, falling; as many as the smaller of <see cref="Inputs"/> and <see cref="Width"/>.</summary>
    public IReadOnlyList<double> SingularValues { get; }

    /// <summary>Float64 tensor [Inputs, Dimension]: orthonormal columns, in the order channel, row, column of the pixels.</summary>
    public Tensor Basis
    {
        get
        {
            if (_basis is null)
            {
                using var scope = NewDisposeScope();
                var (complete, _) = linalg.qr(_rows.t(), linalg.QRMode.Complete);
                _basis = complete.narrow(1, Rank, Dimension).contiguous().DetachFromDisposeScope();
            }

            return _basis;
        }
    }

    /// <summary>The nullspace of a model's patch embedding, in pixels: the model's own normalisation is taken into account.</summary>
    /// <param name="model">The model.</param>
    public static Nullspace Of(VisionTransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return OfWeight(model.state_dict()["patch_embed.proj.weight"], model.Options.PixelDeviation);
    }

    /// <summary>The nullspace of the patch embedding of CLIP's transformer for images, in pixels.</summary>
    /// <param name="model">The model.</param>
    public static Nullspace Of(ClipVisionTransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return OfWeight(model.state_dict()["conv1.weight"], model.Options.PixelDeviation);
    }

    /// <summary>The nullspace of a weight file: timm's, OpenAI's, open_clip's, Hugging Face's and torchvision's names are known. Nothing else of the file is read.</summary>
    /// <param name="path">A safetensors or PyTorch file.</param>
    /// <param name="deviation">What the model divides the pixels by; null leaves the file's own scale.</param>
    /// <exception cref="ArgumentException">The file holds no patch embedding that is known; a ResNet has none.</exception>
    public static Nullspace OfFile(string path, ChannelValues? deviation = null)
    {
        using var file = WeightFile.Open(path);
        var found = s_names.SelectMany(known => file.Weights.Where(entry =>
            entry.Value.Shape.Count == 4 && (entry.Key == known || entry.Key.EndsWith("." + known, StringComparison.Ordinal)) && CutsPatches(entry.Key))).Select(entry => entry.Value).FirstOrDefault();
        if (found is null)
        {
            throw new ArgumentException($"{path} holds no patch embedding under a known name ({string.Join(", ", s_names)}); load the weight yourself and give it to OfWeight.", nameof(path));
        }

        using var weight = found.Load();
        return OfWeight(weight, deviation);

        // The first convolution of a ResNet has the same name as that of CLIP's transformer, but its windows overlap.
        bool CutsPatches(string name) => !name.EndsWith(Ambiguous, StringComparison.Ordinal) || file.Weights.ContainsKey(name[..^Ambiguous.Length] + "positional_embedding");
    }

    /// <summary>The nullspace of a patch embedding.</summary>
    /// <param name="weight">Float tensor [D, C, S, S]: the weight of a convolution whose stride is its window.</param>
    /// <param name="deviation">What the pixels are divided by before; null divides by nothing.</param>
    /// <exception cref="ArgumentException">The tensor is no such weight.</exception>
    public static Nullspace OfWeight(Tensor weight, ChannelValues? deviation = null)
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.shape is not [> 0, > 0, > 0, var side] || side != weight.shape[2] || !weight.is_floating_point())
        {
            throw new ArgumentException($"Give the weight of a patch embedding, a float tensor [D, C, S, S], not {weight.dtype} [{string.Join(", ", weight.shape)}].", nameof(weight));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var joint = weight.detach().cpu().to(ScalarType.Float64);
        var channels = (int)weight.shape[1];
        if (deviation is { } values)
        {
            if (channels is not (1 or 3))
            {
                throw new ArgumentException($"A deviation is known for one or three channels; leave it out for {channels}.", nameof(deviation));
            }

            joint = joint / tensor(values.Take(channels), dtype: ScalarType.Float64).view(1, -1, 1, 1);
        }

        var (_, values2, rows) = linalg.svd(joint.flatten(1), fullMatrices: false);
        double[] singular = [.. values2.data<double>()];
        var rank = RankOf(singular, Tolerance * Math.Sqrt(rows.shape[1]));
        return new Nullspace(rows.narrow(0, 0, rank).contiguous().DetachFromDisposeScope(), singular, channels, (int)side, (int)weight.shape[0]);
    }

    /// <summary>Dimensions when directions count as unseen whose singular value is small, as of embeddings whose rows are nearly the same.</summary>
    /// <param name="tolerance">Largest share of the largest singular value, in [0, 1).</param>
    public int DimensionAt(double tolerance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        return Inputs - RankOf(SingularValues, tolerance);
    }

    /// <summary>The matrix that leaves of a patch what lies in the nullspace.</summary>
    /// <returns>Float64 tensor [Inputs, Inputs], symmetric; applied twice it is itself.</returns>
    public Tensor Projector() => (eye(Inputs, dtype: ScalarType.Float64) - _rows.t().matmul(_rows)).DetachFromDisposeScope();

    /// <summary>What of a picture or change lies in the nullspace: the nearest change that the model cannot see.</summary>
    /// <param name="changes">Float tensor [N, C, H, W], any values; the patch size divides H and W.</param>
    /// <returns>Float tensor [N, C, H, W], of the same type and device.</returns>
    /// <exception cref="ArgumentException">The tensor has other channels, or patches do not fill it.</exception>
    public Tensor Project(Tensor changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (changes.shape is not [> 0, var channels, var height, var width] || channels != Channels || height % PatchSize != 0 || width % PatchSize != 0)
        {
            throw new ArgumentException(
                $"Give changes [N, {Channels}, H, W] whose sides are multiples of {PatchSize}, not [{string.Join(", ", changes.shape)}].", nameof(changes));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (count, high, wide) = (changes.shape[0], height / PatchSize, width / PatchSize);
        var patches = changes.detach().cpu().to(ScalarType.Float64)
            .view(count, channels, high, PatchSize, wide, PatchSize).permute(0, 2, 4, 1, 3, 5).reshape(-1, Inputs);
        var left = patches - patches.matmul(_rows.t()).matmul(_rows);
        return left.view(count, high, wide, channels, PatchSize, PatchSize).permute(0, 3, 1, 4, 2, 5).reshape(changes.shape)
            .to(changes.dtype).to(changes.device).MoveToOuterDisposeScope();
    }

    /// <summary>Noise that the model cannot see.</summary>
    /// <param name="shape">Its shape [N, C, H, W].</param>
    /// <param name="deviation">Root mean square of its pixels.</param>
    /// <param name="random">Source of the noise.</param>
    /// <returns>Float tensor [N, C, H, W], any values.</returns>
    /// <exception cref="InvalidOperationException">The nullspace is empty.</exception>
    public Tensor Noise(long[] shape, double deviation, Generator random)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(random);
        if (Dimension == 0)
        {
            throw new InvalidOperationException($"This patch embedding has no nullspace: its width {Width} is no smaller than the {Inputs} numbers of a patch; take a narrower model or larger patches.");
        }

        using var scope = NewDisposeScope();
        var noise = Project(randn(shape, dtype: ScalarType.Float64, device: random.device, generator: random));
        return (noise * (deviation / noise.square().mean().sqrt())).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Adds what of a picture lies in the nullspace, at any strength: people see it, the model does not.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="picture">Float tensor [1, C, H, W] or [N, C, H, W]: the watermark.</param>
    /// <param name="strength">Factor on the watermark.</param>
    /// <returns>Float tensor [N, C, H, W]; not cut to [0, 1], since the model would see the cuts.</returns>
    public Tensor Watermark(Tensor images, Tensor picture, double strength = 1)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(picture);
        using var scope = NewDisposeScope();
        return (images + (strength * Project(picture).to(images.dtype).to(images.device))).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        _rows.Dispose();
        _basis?.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Dimension} of {Inputs} dimensions of a patch are not seen (patch {PatchSize}, {Channels} channels, width {Width}, rank {Rank})");

    private static int RankOf(IReadOnlyList<double> singular, double tolerance) =>
        singular[0] > 0 ? singular.Count(value => value > tolerance * singular[0]) : 0;
}
