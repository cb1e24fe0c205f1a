using System.Text.Json;
using RobustVlm.Data.Corruptions;
using RobustVlm.Engine;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Corruptions;

/// <summary>The operators against the authors' code, on one 8-bit image and with given random numbers.</summary>
/// <remarks>
/// Numbers from make_cifar_c.py and, for the entries "wide", imagenet_c/corruptions.py of github.com/hendrycks/robustness (commit 8190fe3),
/// run with scikit-image 0.19.3, SciPy 1.10.1, OpenCV 4.6.0 and Pillow 9.4; wand, torch and torchvision were stubs, and numpy's random
/// functions returned frac(437.585453 sin(12.9898 k + 78.233)) for k = 0, 1, ... (in the fog: k = the cell's number). The enhancers are
/// Pillow's. Stored are three channels at rows 0, 1, 5, 13, 30, 31 and columns 0, 2, 9, 17, 31.
/// </remarks>
public sealed class CorruptionReferenceTests : IDisposable
{
    private const int Side = 32;
    private const double Exact = 1.5e-5;         // five digits are stored
    private const double Byte = 1.01 / 255;      // the reference rounds to 8 bits
    private static readonly int[] s_rows = [0, 1, 5, 13, 30, 31];
    private static readonly int[] s_columns = [0, 2, 9, 17, 31];
    private static readonly Dictionary<string, double[]> s_reference = JsonSerializer.Deserialize<Dictionary<string, double[]>>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "Corruptions", "corruptions-reference.json"))) ?? [];

    private readonly Tensor _image = Picture();

    public void Dispose() => _image.Dispose();

    [Theory]
    [InlineData("contrast", Exact)]
    [InlineData("brightness", Exact)]
    [InlineData("saturate", Exact)]
    [InlineData("zoom_blur", Exact)]
    [InlineData("pixelate", Byte)]
    [InlineData("jpeg_compression", 4.01 / 255)]   // Pillow and OpenCV convert the colours with other roundings
    [InlineData("gaussian_blur", Exact)]
    [InlineData("defocus_blur", Exact)]
    public void Equals_the_authors_code_where_nothing_is_random(string name, double tolerance)
    {
        foreach (var severity in new[] { 1, 5 })
        {
            AssertClose($"{name} {severity}", CorruptionSet.CifarC[name, severity].Apply(_image, 0), tolerance);
        }
    }

    [Fact]
    public void Wide_kernels_equal_the_authors_code()
    {
        AssertClose("wide defocus_blur", CorruptionSet.ImageNetC["defocus_blur", 5].Apply(_image, 0), Exact);
        AssertClose("wide gaussian_blur", CorruptionSet.ImageNetC["gaussian_blur", 5].Apply(_image, 0), Exact);
    }

    [Fact]
    public void Noise_with_given_numbers_equals_the_authors_code()
    {
        var numbers = (Numbers(0, Side, Side, 3) * 2 - 1).permute(2, 0, 1).unsqueeze(0);

        AssertClose("gaussian_noise 5", NoiseCorruptions.Gaussian(_image, .10, numbers), Exact);
        AssertClose("speckle_noise 5", NoiseCorruptions.Speckle(_image, .2, numbers), Exact);
    }

    [Fact]
    public void Glass_with_given_numbers_copies_as_the_authors_code_does()
    {
        var numbers = Numbers(0, 2 * 2 * 30 * 30).Values<double>();

        AssertClose("glass_blur 5", BlurCorruptions.Glass(_image, .4, 1, 2, [numbers]), Byte);   // a level that is whole but for rounding may fall on either side
    }

    [Theory]
    [InlineData(1, 0, 0, .08)]
    [InlineData(3, .08, .06, .06)]
    public void Elastic_map_with_given_numbers_is_the_authors_up_to_the_32nd_of_a_pixel_of_opencv(int severity, double strength, double sigma, double jitter)
    {
        var points = ((Numbers(0, 3, 2) * 2) - 1).unsqueeze(0) * (jitter * Side);
        var displacement = ((Numbers(6, 2, Side, Side) * 2) - 1).unsqueeze(0);

        AssertClose($"elastic_transform {severity}", ShapeCorruptions.Elastic(_image, strength * Side, sigma * Side, points, displacement), 0.01);
    }

    [Fact]
    public void Fog_with_given_numbers_equals_the_authors_code() =>
        AssertClose("fog 3", WeatherCorruptions.Fog(_image, .75, 2.5, [Numbers(0, Side * Side).Values<double>()]), Exact);

    [Fact]
    public void Enhancers_equal_those_of_pillow()
    {
        AssertClose("brightness_up 1.3", ColourCorruptions.EnhanceBrightness(_image, 1.3), Byte);
        AssertClose("contrast_down .5", ColourCorruptions.EnhanceContrast(_image, .5), Byte);
        AssertClose("contrast_up 1.6", ColourCorruptions.EnhanceContrast(_image, 1.6), Byte);
    }

    private static Tensor Picture()
    {
        var (row, column) = (arange(Side, dtype: ScalarType.Float64).view(1, -1, 1), arange(Side, dtype: ScalarType.Float64).view(1, 1, -1));
        var channel = arange(3, dtype: ScalarType.Float64).view(-1, 1, 1);
        return (255 * (0.5 + (0.5 * ((0.19 * row) + (0.11 * column * (channel + 1)) + channel).sin()))).round().div(255).unsqueeze(0);
    }

    private static Tensor Numbers(int first, params long[] shape)
    {
        var k = arange(first, first + shape.Aggregate(1L, (a, b) => a * b), dtype: ScalarType.Float64);
        return ((k * 12.9898) + 78.233).sin().mul(437.585453).remainder(1).view(shape);
    }

    private static void AssertClose(string name, Tensor result, double tolerance)
    {
        var expected = s_reference[name];
        var n = 0;
        for (var channel = 0; channel < 3; channel++)
        {
            foreach (var row in s_rows)
            {
                foreach (var column in s_columns)
                {
                    var value = result[0, channel, row, column].item<double>();
                    Assert.True(Math.Abs(value - expected[n]) <= tolerance, FormattableString.Invariant($"{name} at {channel}, {row}, {column}: {value} instead of {expected[n]}"));
                    n++;
                }
            }
        }
    }
}
