using System.Text.Json;
using RobustVlm.Methods.Ran;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.Ran;

/// <summary>The regularisers give known numbers and those of NMTune's code, in float64.</summary>
/// <remarks>
/// nmtune-reference.json was made by PyTorch 1.13 with float64 as its default type from Hhhhhhao/Noisy-Model-Learning (f249dce): the lines of nml_tune that compute the loss of a
/// batch were run as they stand, with off_diagonal, on the features below; in place of the model stood functions that return these features, and a linear layer without bias
/// of weights cos(1.7 k + 0.6 j). The head is its ImageEncoderMLP with stubs for clip, timm, open_clip and torchvision; its weights are 0.3 sin(1.3 i + 0.5 number of the tensor),
/// plus 1 for the gain of the normalisation and for the scale; the loss behind the gradients is the sum of the squared results, of each weight's gradient six numbers are stored.
/// </remarks>
public sealed class RanLossTests : IDisposable
{
    private static readonly JsonElement s_reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Methods", "Ran", "nmtune-reference.json"))).RootElement;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Consistency_has_its_known_value()
    {
        var (features, adapted) = Features(8, 8);

        Assert.Equal(0.347867319323754, RanLoss.Consistency(adapted.narrow(0, 4, 4), features.narrow(0, 0, 4)).item<double>(), 1e-9);
        Assert.Equal(2.78293855459003, RanLoss.Consistency(adapted.narrow(0, 4, 4), features.narrow(0, 0, 4), summed: true).item<double>(), 1e-8);
    }

    [Fact]
    public void Covariance_has_its_known_value() => Assert.Equal(1.01302427825394, RanLoss.Covariance(Features(8, 8).Adapted).item<double>(), 1e-9);

    [Fact]
    public void Spectrum_has_its_known_values()
    {
        var adapted = Features(8, 8).Adapted;

        Assert.Equal(-0.183791204649094, RanLoss.Spectrum(adapted).item<double>(), 1e-10);
        Assert.Equal(-0.405794065807166, RanLoss.Spectrum(adapted, 1).item<double>(), 1e-10);
    }

    [Fact]
    public void Singular_values_entropy_and_ratio_have_their_known_values()
    {
        double[] values = [4.38594230626, 3.67699666476, 0.75165723108, 0.63454003936, 0.48321230565, 0.44749830854, 0.28127681162, 0.14717215523];

        var spectrum = FeatureSpectrum.Of(Features(8, 8).Adapted);

        Assert.All(values.Zip(spectrum.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        Assert.Equal(1.50887668942359, spectrum.Entropy, 1e-9);
        Assert.Equal(0.901909475139520, spectrum.LargestRatio, 1e-9);
        Assert.Equal(5 * 0.183791204649094, spectrum.TopShare(5), 1e-9);
    }

    [Fact]
    public void The_default_weights_give_the_known_sum_also_in_float32()
    {
        var (features, adapted) = Features(8, 8);

        Assert.Equal(0.388204499249263, Sum(new RanLoss().Terms(features, adapted)).item<double>(), 1e-9);
        Assert.Equal(0.388204499249263, Sum(new RanLoss().Terms(features.to(ScalarType.Float32), adapted.to(ScalarType.Float32))).item<float>(), 4e-5);
    }

    [Fact]
    public void Wide_features_have_the_same_spectrum_as_their_transpose()
    {
        var adapted = Features(6, 16).Adapted;

        Assert.All(FeatureSpectrum.Of(adapted).Values.Zip(FeatureSpectrum.Of(adapted.t()).Values), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
    }

    [Fact]
    public void Features_of_scaled_rows_are_centred_row_by_row()
    {
        var features = Features(8, 6).Features;
        var rows = features / features.norm(1, keepdim: true);

        Assert.Equal(FeatureSpectrum.Of(rows - rows.mean([1], keepdim: true)).Values, FeatureSpectrum.OfScaledRows(features * 3).Values, (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Fact]
    public void Loss_and_gradient_of_a_batch_are_those_of_nmtunes_code()
    {
        foreach (var stored in s_reference.GetProperty("cases").EnumerateArray())
        {
            var (rows, width) = (stored.GetProperty("rows").GetInt32(), stored.GetProperty("width").GetInt32());
            double[] weights = [.. stored.GetProperty("weights").EnumerateArray().Select(weight => weight.GetDouble())];
            var (features, values) = Features(rows, width);
            var adapted = values.clone().requires_grad_();
            var head = (arange(3, dtype: ScalarType.Float64).unsqueeze(1) * 1.7 + arange(width, dtype: ScalarType.Float64) * 0.6).cos();
            var labels = arange(rows / 2, dtype: ScalarType.Int64).remainder(3);
            var task = nn.functional.cross_entropy(adapted.matmul(head.t()), cat([labels, labels], 0));
            var loss = new RanLoss(new RanLossOptions { ConsistencyWeight = weights[0], CovarianceWeight = weights[1], SpectrumWeight = weights[2] });

            var sum = task + Sum(loss.Terms(features, adapted));
            sum.backward();

            Assert.Equal(stored.GetProperty("loss").GetDouble(), sum.item<double>(), 1e-9);
            Assert.All(Numbers(stored.GetProperty("gradient")).Zip(adapted.grad!.flatten().data<double>()), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
        }
    }

    [Fact]
    public void The_head_computes_what_nmtunes_code_computes()
    {
        using var random = new Generator(1);
        var head = new RanHead(6, 3, random);
        head.to(ScalarType.Float64);
        var stored = s_reference.GetProperty("head");
        string[] names = [.. stored.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
        var weights = head.named_parameters().ToDictionary(weight => weight.name, weight => weight.parameter);
        using (no_grad())
        {
            foreach (var (k, name) in names.Index())
            {
                var formula = (arange(weights[name].numel(), dtype: ScalarType.Float64) * 1.3 + 0.5 * k).sin() * 0.3;
                weights[name].copy_(formula.view(weights[name].shape) + (name is "mlp_after.1.weight" or "scale_after" ? 1 : 0));
            }
        }

        var features = Features(10, 6).Features;
        head.train();
        var training = head.Adapt(features);
        training.square().sum().backward();
        head.eval();

        Assert.All(Numbers(stored.GetProperty("training")).Zip(training.flatten().data<double>()), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        Assert.All(Numbers(stored.GetProperty("evaluation")).Zip(head.Adapt(features).flatten().data<double>()), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        foreach (var name in names)
        {
            Assert.All(Numbers(stored.GetProperty("gradients").GetProperty(name)).Zip(weights[name].grad!.flatten().data<double>()), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
        }
    }

    [Fact]
    public void No_gradient_reaches_the_encoders_features()
    {
        var (features, adapted) = Features(8, 6);
        var asking = features.clone().requires_grad_();

        Sum(new RanLoss().Terms(asking, adapted.clone().requires_grad_())).backward();

        Assert.True(asking.grad is null || asking.grad.abs().max().item<double>() == 0);
    }

    [Fact]
    public void Every_term_can_be_left_out()
    {
        var (features, adapted) = Features(8, 8);

        Assert.Equal(["covariance", "spectrum"], Names(new RanLossOptions { ConsistencyWeight = 0 }));
        Assert.Equal(["consistency", "spectrum"], Names(new RanLossOptions { CovarianceWeight = 0 }));
        Assert.Equal(["consistency", "covariance"], Names(new RanLossOptions { SpectrumWeight = 0 }));
        string[] Names(RanLossOptions options) => [.. new RanLoss(options).Terms(features, adapted).Select(term => term.Name)];
    }

    [Fact]
    public void The_papers_form_weighs_all_terms_alike()
    {
        var (features, adapted) = Features(8, 8);

        Assert.Equal(0.01 * (2.78293855459003 + 1.01302427825394 - 0.405794065807166), Sum(new RanLoss(RanLossOptions.Paper).Terms(features, adapted)).item<double>(), 1e-10);
    }

    [Fact]
    public void Wrong_views_and_weights_are_refused()
    {
        var (features, adapted) = Features(7, 4);

        Assert.Contains("first views", Assert.Throws<ArgumentException>(() => new RanLoss().Terms(features, adapted)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RanLoss(new RanLossOptions { CovarianceWeight = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RanLoss(new RanLossOptions { TopValues = 0 }));
        Assert.Throws<ArgumentException>(() => FeatureSpectrum.Of(zeros(3, 2)));
    }

    private static Tensor Sum(IEnumerable<RobustVlm.Methods.ZeroShot.LossTerm> terms) => terms.Select(term => term.Weight * term.Value).Aggregate((sum, term) => sum + term);

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];

    private static (Tensor Features, Tensor Adapted) Features(int rows, int width)
    {
        var (i, j) = (arange(rows, dtype: ScalarType.Float64).unsqueeze(1), arange(width, dtype: ScalarType.Float64).unsqueeze(0));
        return ((1.3 * i + 0.7 * j + 0.5).sin() + 0.2 * (0.9 * i * j).cos(), (0.8 * i - 0.35 * j + 0.25).cos() + 0.3 * (1.1 * i * j + 0.4).sin());
    }
}
