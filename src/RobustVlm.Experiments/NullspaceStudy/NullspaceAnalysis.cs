using System.Globalization;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Nullspaces;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>What is unseen by a trained model, exactly and approximately. Noise is learned on pictures of the training part and measured on those of the test part.</summary>
internal sealed class NullspaceAnalysis(Lab lab, VisionTransformer model, NullspacePictures pictures, NullspaceRunOptions options)
{
    internal const string ExactRow = "exact";
    internal const string ScalingRow = "multiples";
    internal const string MixedRow = "between two noises";
    internal const string ErrorColumn = "probability distance";
    internal const string LargestMixed = "largest";
    internal const string DimensionExcess = "dimension minus (numbers of a patch minus width)";
    internal const string SumsColumn = "sums and multiples: logit change";
    internal const string NormColumn = "length";
    internal const string AgreementColumn = "agreement";
    internal const string ConfidenceColumn = "confidence error";
    internal const string Learned = "learned";
    internal const string Permuted = "permuted";
    internal const string InTokens = "permuted in tokens";
    internal const string Drawn = "random";

    internal static string LambdaRow(double lambda) => string.Create(CultureInfo.InvariantCulture, $"lambda {lambda}");

    internal static string LimitRow(double limit) => string.Create(CultureInfo.InvariantCulture, $"limit {limit}");

    internal static string Of(string column, string control) => $"{column}, {control}";

    internal static string At(string column, double deviation) => string.Create(CultureInfo.InvariantCulture, $"{column}, deviation {deviation}");

    internal IReadOnlyList<Measurement> Run(Action<double> progress)
    {
        var rows = new List<Measurement>();
        rows.AddRange(Exact());
        progress(0.05);
        foreach (var (i, lambda) in NullspacePlan.Lambdas.Index())
        {
            rows.AddRange(Lambda(lambda));
            progress(0.05 + (0.6 * (i + 1) / NullspacePlan.Lambdas.Count));
        }

        foreach (var limit in NullspacePlan.Limits)
        {
            rows.AddRange(Limit(limit));
        }

        progress(0.85);
        rows.AddRange(RandomNoise());
        rows.AddRange(Shapes());
        progress(1);
        return rows;
    }

    private List<Measurement> Exact()
    {
        using var scope = NewDisposeScope();
        using var nullspace = Nullspace.Of(model);
        using var random = lab.Random("nullspace: pixel noise");
        long[] shape = [1, 3, model.Options.ImageSize, model.Options.ImageSize];
        var images = pictures.Test.Images;
        var rows = new List<Measurement>
        {
            Number(ExactRow, "rank", nullspace.Rank),
            Number(ExactRow, "dimension", nullspace.Dimension),
            Number(ExactRow, DimensionExcess, nullspace.Dimension - (nullspace.Inputs - nullspace.Width)),
            Number(ExactRow, "smallest singular value over largest", nullspace.SingularValues[^1] / nullspace.SingularValues[0]),
        };
        foreach (var deviation in NullspacePlan.PixelNoises)
        {
            var noise = nullspace.Noise(shape, deviation, random);
            var unseen = EncoderNoiseEffect.OfPixels(model, images, noise);
            rows.Add(Number(ExactRow, At("logit change", deviation), unseen.LargestLogitChange / unseen.LogitScale));
            rows.Add(Rate(ExactRow, At(AgreementColumn, deviation), unseen.Agreement));
            rows.Add(Rate(ExactRow, At(Of(AgreementColumn, Permuted), deviation), EncoderNoiseEffect.OfPixels(model, images, EncoderNoise.Permuted(noise, random)).Agreement));
            rows.Add(Rate(ExactRow, At(Of(AgreementColumn, "cut to [0, 1]"), deviation), Cut(images, noise)));
        }

        var (first, second) = (nullspace.Noise(shape, 0.5, random), nullspace.Noise(shape, 0.5, random));
        rows.Add(Number(ExactRow, SumsColumn, new[] { first + second, 3 * first, (0.3 * first) - (0.7 * second) }
            .Select(noise => EncoderNoiseEffect.OfPixels(model, images, noise)).Max(effect => effect.LargestLogitChange / effect.LogitScale)));
        return rows;
    }

    private double Cut(Tensor images, Tensor noise)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return model.call(images).argmax(1).eq(model.call((images + noise).clamp(0, 1)).argmax(1)).to(ScalarType.Float64).mean().item<double>();
    }

    private IEnumerable<Measurement> Lambda(double lambda)
    {
        using var random = lab.Random($"nullspace: {LambdaRow(lambda)}");
        using var found = new EncoderNoiseSearch(NullspacePlan.LambdaSearch(options, lambda)).Find(model, pictures.Train.Images, random);
        return Controlled(LambdaRow(lambda), found, random);
    }

    private IEnumerable<Measurement> Limit(double limit)
    {
        using var random = lab.Random($"nullspace: {LimitRow(limit)}");
        using var found = new EncoderNoiseSearch(NullspacePlan.Noise(options) with { Limit = limit }).Find(model, pictures.Train.Images, random);
        return Controlled(LimitRow(limit), found, random);
    }

    private IEnumerable<Measurement> RandomNoise()
    {
        using var random = lab.Random("nullspace: random noise");
        using var found = new EncoderNoiseSearch(NullspacePlan.Noise(options)).FindRandom(model, pictures.Train.Images, random);
        return [.. Facts("random noise", found), .. Effect("random noise", found.Value)];
    }

    // Multiples of one learned noise, and what lies between two.
    private IEnumerable<Measurement> Shapes()
    {
        using var random = lab.Random("nullspace: two noises");
        var search = new EncoderNoiseSearch(NullspacePlan.Noise(options));
        using var first = search.Find(model, pictures.Train.Images, random);
        using var second = search.Find(model, pictures.Train.Images, random);
        var scaled = EncoderNoiseEffect.Scaled(model, pictures.Test.Images, first.Value, NullspacePlan.Factors);
        var mixed = EncoderNoiseEffect.Mixed(model, pictures.Test.Images, first.Value, second.Value, NullspacePlan.Shares);
        static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
        return
        [
            .. NullspacePlan.Factors.Zip(scaled, (factor, effect) => Number(ScalingRow, Text(factor), effect.ProbabilityDistance)),
            .. NullspacePlan.Shares.Zip(mixed, (share, effect) => Number(MixedRow, Text(share), effect.ProbabilityDistance)),
            Number(MixedRow, LargestMixed, mixed.Max(effect => effect.ProbabilityDistance)),
            Number(MixedRow, "cosine", Cosine(first.Value, second.Value)),
        ];
    }

    private static double Cosine(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        return ((first * second).sum() / (first.norm() * second.norm())).to(ScalarType.Float64).item<double>();
    }

    private IEnumerable<Measurement> Controlled(string row, EncoderNoise found, Generator random)
    {
        using var scope = NewDisposeScope();
        return
        [
            .. Facts(row, found),
            .. Effect(row, found.Value),
            .. Effect(row, EncoderNoise.Permuted(found.Value, random), Permuted),
            .. Effect(row, EncoderNoise.PermutedInTokens(found.Value, random), InTokens),
            .. Effect(row, EncoderNoise.RandomOfSameNorm(found.Value, random), Drawn),
        ];
    }

    private static IEnumerable<Measurement> Facts(string row, EncoderNoise found) =>
    [
        Number(row, NormColumn, found.Norm),
        Number(row, "length at the start", found.StartNorm),
        Number(row, "steps", found.Steps),
        Number(row, "probability distance of the last batch of the search", found.Criteria[^1]),
        Number(row, "stopped early", found.Reached ? 1 : 0),
        Number(row, "root mean square of embedded patches", found.Rms),
    ];

    private IEnumerable<Measurement> Effect(string row, Tensor noise, string? control = null)
    {
        var effect = EncoderNoiseEffect.Of(model, pictures.Test.Images, noise);
        string Named(string column) => control is null ? column : Of(column, control);
        return
        [
            Rate(row, Named(AgreementColumn), effect.Agreement),
            Number(row, Named(ConfidenceColumn), effect.ConfidenceError),
            Number(row, Named(ErrorColumn), effect.ProbabilityDistance),
        ];
    }

    private Measurement Rate(string row, string column, double value) => new(row, column, value, N: options.TestPictures);

    private static Measurement Number(string row, string column, double value) => new(row, column, value, IsRate: false);
}
