using System.Globalization;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>The corruptions of ImageNet-C and its relatives, parameters from the authors' code (github.com/hendrycks/robustness, commit 8190fe3).</summary>
internal static class CommonCorruptions
{
    // Outside the fifteen that make the mean corruption error; meant for validation.
    private static readonly string[] s_extra = ["speckle_noise", "gaussian_blur", "saturate"];

    internal static CorruptionSet ImageNetC()
    {
        var builder = new CorruptionBuilder("ImageNet-C");
        builder.Noise([.08, .12, .18, .26, .38], [60, 25, 12, 5, 3], [.03, .06, .09, .17, .27], [.15, .2, .35, .45, .6]);
        builder.Add<double>("gaussian_blur", [1, 2, 3, 4, 6], Gaussian);
        builder.Add<(double, double)>("defocus_blur", [(3, .1), (4, .5), (6, .5), (8, .5), (10, .5)], Defocus);
        builder.AddRandom<(double, int, int)>("glass_blur", [(.7, 1, 2), (.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)], Glass);
        builder.AddRandom<(double, double)>("motion_blur", [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)], Motion);
        builder.Add<(double, double)>("zoom_blur", [(1.11, .01), (1.16, .01), (1.21, .02), (1.26, .02), (1.31, .03)], Zoom);
        builder.AddRandom<SnowSettings>(
            "snow",
            [new(.1, .3, 3, .5, 10, 4, .8), new(.2, .3, 2, .5, 12, 4, .7), new(.55, .3, 4, .9, 12, 8, .7), new(.55, .3, 4.5, .85, 12, 8, .65), new(.55, .3, 2.5, .85, 12, 12, .55)],
            Snow);
        builder.AddRandom<(double, double)>("fog", [(1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)], Fog);
        builder.Add<double>("brightness", [.1, .2, .3, .4, .5], ColourCorruptions.Brightness);
        builder.Add<double>("contrast", [.4, .3, .2, .1, .05], ColourCorruptions.Contrast);
        builder.Add<(double, double)>("saturate", [(.3, 0), (.1, 0), (2, 0), (5, .1), (20, .2)], Saturate);

        // The authors wrote 244 for 224 and kept it; here it is the share of the image's side.
        builder.AddRandom<(double, double, double)>("elastic_transform", [(2, .7, .1), (2, .08, .2), (.05, .01, .02), (.07, .01, .02), (.12, .01, .02)], Elastic(244 / 224.0));
        builder.Add<double>("pixelate", [.6, .5, .4, .3, .25], ShapeCorruptions.Pixelate);
        builder.Add<double>("jpeg_compression", [25, 18, 15, 10, 7], Jpeg);
        return builder.Build(s_extra);
    }

    internal static CorruptionSet TinyImageNetC()
    {
        var builder = new CorruptionBuilder("Tiny ImageNet-C");
        builder.Noise([.04, .08, .12, .15, .18], [250, 100, 50, 30, 15], [.01, .02, .05, .08, .14], [.15, .2, .25, .3, .35]);
        builder.Add<double>("gaussian_blur", [.5, .75, 1, 1.25, 1.5], Gaussian);
        builder.Add<(double, double)>("defocus_blur", [(.5, .6), (1, .1), (1.5, .1), (2.5, .01), (3, .1)], Defocus);
        builder.AddRandom<(double, int, int)>("glass_blur", [(.1, 1, 1), (.5, 1, 1), (.6, 1, 2), (.7, 2, 1), (.9, 2, 2)], Glass);
        builder.AddRandom<(double, double)>("motion_blur", [(10, 1), (10, 1.5), (10, 2), (10, 2.5), (12, 3)], Motion);
        SmallZoom(builder);
        builder.AddRandom<SnowSettings>(
            "snow",
            [new(.1, .2, 1, .6, 8, 3, .8), new(.1, .2, 1, .5, 10, 4, .8), new(.15, .3, 1.75, .55, 10, 4, .7), new(.25, .3, 2.25, .6, 12, 6, .65), new(.3, .3, 1.25, .65, 14, 12, .6)],
            Snow);
        builder.AddRandom<(double, double)>("fog", [(.4, 3), (.7, 3), (1, 2.5), (1.5, 2), (2, 1.75)], Fog);
        builder.Add<double>("brightness", [.1, .2, .3, .4, .5], ColourCorruptions.Brightness);
        builder.Add<double>("contrast", [.4, .3, .2, .1, .05], ColourCorruptions.Contrast);
        builder.Add<(double, double)>("saturate", [(.3, 0), (.1, 0), (2, 0), (5, .1), (30, .2)], Saturate);
        builder.AddRandom<(double, double, double)>("elastic_transform", [(0, 0, .08), (.05, .3, .06), (.1, .08, .06), (.1, .03, .03), (.16, .03, .02)], Elastic(1));
        builder.Add<double>("pixelate", [.9, .8, .7, .6, .5], ShapeCorruptions.Pixelate);
        builder.Add<double>("jpeg_compression", [65, 58, 50, 40, 25], Jpeg);
        return builder.Build(s_extra);
    }

    internal static CorruptionSet CifarC()
    {
        var builder = new CorruptionBuilder("CIFAR-C");
        builder.Noise([.04, .06, .08, .09, .10], [500, 250, 100, 75, 50], [.01, .02, .03, .05, .07], [.06, .1, .12, .16, .2]);
        builder.Add<double>("gaussian_blur", [.4, .6, .7, .8, 1], Gaussian);
        builder.Add<(double, double)>("defocus_blur", [(.3, .4), (.4, .5), (.5, .6), (1, .2), (1.5, .1)], Defocus);
        builder.AddRandom<(double, int, int)>("glass_blur", [(.05, 1, 1), (.25, 1, 1), (.4, 1, 1), (.25, 1, 2), (.4, 1, 2)], Glass);
        builder.AddRandom<(double, double)>("motion_blur", [(6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)], Motion);
        SmallZoom(builder);
        builder.AddRandom<SnowSettings>(
            "snow",
            [new(.1, .2, 1, .6, 8, 3, .95), new(.1, .2, 1, .5, 10, 4, .9), new(.15, .3, 1.75, .55, 10, 4, .9), new(.25, .3, 2.25, .6, 12, 6, .85), new(.3, .3, 1.25, .65, 14, 12, .8)],
            Snow);
        builder.AddRandom<(double, double)>("fog", [(.2, 3), (.5, 3), (.75, 2.5), (1, 2), (1.5, 1.75)], Fog);
        builder.Add<double>("brightness", [.05, .1, .15, .2, .3], ColourCorruptions.Brightness);
        builder.Add<double>("contrast", [.75, .5, .4, .3, .15], ColourCorruptions.Contrast);
        builder.Add<(double, double)>("saturate", [(.3, 0), (.1, 0), (1.5, 0), (2, .1), (2.5, .2)], Saturate);
        builder.AddRandom<(double, double, double)>("elastic_transform", [(0, 0, .08), (.05, .2, .07), (.08, .06, .06), (.1, .04, .05), (.1, .03, .03)], Elastic(1));
        builder.Add<double>("pixelate", [.95, .9, .85, .75, .65], ShapeCorruptions.Pixelate);
        builder.Add<double>("jpeg_compression", [80, 65, 58, 50, 40], Jpeg);
        return builder.Build(s_extra);
    }

    internal static Tensor Defocus(Tensor images, (double Radius, double Alias) c) => BlurCorruptions.Defocus(images, c.Radius, c.Alias);

    internal static Tensor Zoom(Tensor images, (double End, double Step) c) => BlurCorruptions.Zoom(images, c.End, c.Step);

    internal static Tensor Jpeg(Tensor images, double quality) => ShapeCorruptions.Jpeg(images, (int)quality);

    internal static Tensor Motion(Tensor images, (double Radius, double Sigma) c, CorruptionDraws draws) =>
        BlurCorruptions.Motion(images, c.Radius, c.Sigma, draws.Uniform(-45, 45, 1));

    private static Tensor Gaussian(Tensor images, double sigma) => BlurCorruptions.Gaussian(images, sigma);

    private static Tensor Saturate(Tensor images, (double Factor, double Added) c) => ColourCorruptions.Saturate(images, c.Factor, c.Added);

    private static Tensor Glass(Tensor images, (double Sigma, int Reach, int Passes) c, CorruptionDraws draws) =>
        BlurCorruptions.Glass(images, c.Sigma, c.Reach, c.Passes, draws.Numbers(BlurCorruptions.GlassNumbers(images, c.Reach, c.Passes)));

    private static Tensor Snow(Tensor images, SnowSettings c, CorruptionDraws draws) =>
        WeatherCorruptions.Snow(images, c, draws.Normal(1, images.shape[2], images.shape[3]), draws.Uniform(-135, -45, 1));

    private static Tensor Fog(Tensor images, (double Strength, double Decay) c, CorruptionDraws draws)
    {
        var side = WeatherCorruptions.MapSide(images);
        return WeatherCorruptions.Fog(images, c.Strength, c.Decay, draws.Numbers((long)side * side));
    }

    private static Func<Tensor, (double Strength, double Sigma, double Jitter), CorruptionDraws, Tensor> Elastic(double share) => (images, c, draws) =>
    {
        var (height, width) = (images.shape[2], images.shape[3]);
        var side = share * Math.Min(height, width);
        return ShapeCorruptions.Elastic(
            images, c.Strength * side, c.Sigma * side, draws.Uniform(-c.Jitter * side, c.Jitter * side, 3, 2), draws.Uniform(-1, 1, 2, height, width));
    };

    private static void SmallZoom(CorruptionBuilder builder) =>
        builder.Add<(double, double)>("zoom_blur", [(1.06, .01), (1.11, .01), (1.16, .01), (1.21, .01), (1.26, .01)], Zoom);
}

/// <summary>Collects the corruptions of a set.</summary>
/// <param name="set">Name of the set.</param>
/// <param name="viaColour">Whether grey images are made RGB first and grey again at the end, as MedMNIST-C does.</param>
internal sealed class CorruptionBuilder(string set, bool viaColour = false)
{
    private readonly List<Corruption> _corruptions = [];

    internal void Add<T>(string name, IReadOnlyList<T> parameters, Func<Tensor, T, Tensor> work)
        where T : struct => Add(name, parameters, (images, c, _) => work(images, c), isRandom: false);

    internal void AddRandom<T>(string name, IReadOnlyList<T> parameters, Func<Tensor, T, CorruptionDraws, Tensor> work)
        where T : struct => Add(name, parameters, work, isRandom: true);

    internal void Noise(IReadOnlyList<double> gaussian, IReadOnlyList<double> shot, IReadOnlyList<double> impulse, IReadOnlyList<double> speckle)
    {
        AddRandom("gaussian_noise", gaussian, (images, c, draws) => NoiseCorruptions.Gaussian(images, c, draws.Normal(images.shape[1..])));
        AddRandom("shot_noise", shot, (images, c, draws) => NoiseCorruptions.Shot(images, c, draws.Poisson));
        AddRandom("impulse_noise", impulse, (images, c, draws) => NoiseCorruptions.Impulse(images, c, draws.Uniform(0, 1, images.shape[1..])));
        AddRandom("speckle_noise", speckle, (images, c, draws) => NoiseCorruptions.Speckle(images, c, draws.Normal(images.shape[1..])));
    }

    internal CorruptionSet Build(IReadOnlyList<string> extra) => new(set, _corruptions, extra);

    private void Add<T>(string name, IReadOnlyList<T> parameters, Func<Tensor, T, CorruptionDraws, Tensor> work, bool isRandom)
        where T : struct
    {
        for (var severity = 1; severity <= parameters.Count; severity++)
        {
            var c = parameters[severity - 1];
            _corruptions.Add(new Corruption(set, name, severity, Text(c), (images, draws) => work(images, c, draws), isRandom, viaColour));
        }
    }

    private static string Text<T>(T parameters)
        where T : struct => parameters switch
        {
            ITuple tuple => string.Join(", ", Enumerable.Range(0, tuple.Length).Select(i => Convert.ToString(tuple[i], CultureInfo.InvariantCulture))),
            double number => number.ToString(CultureInfo.InvariantCulture),
            _ => Convert.ToString(parameters, CultureInfo.InvariantCulture) ?? "",
        };
}
