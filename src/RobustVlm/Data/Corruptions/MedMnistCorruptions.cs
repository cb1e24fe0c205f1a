using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>The corruptions of MedMNIST-C, parameters from the authors' code (github.com/francescodisalvo05/medmnistc-api, commit 8acfd27).</summary>
internal static class MedMnistCorruptions
{
    private static readonly double[] s_tenths = [1.1, 1.2, 1.3, 1.4, 1.5];
    private static readonly double[] s_tenthsDown = [.9, .8, .7, .6, .5];
    private static readonly double[] s_up = [1.1, 1.2, 1.3, 1.4, 1.6];
    private static readonly double[] s_down = [.9, .8, .7, .6, .4];
    private static readonly double[] s_jpeg = [50, 30, 15, 10, 7];
    private static readonly double[] s_fewPixels = [.3, .25, .2, .15, .1];
    private static readonly (double, double)[] s_longMotion = [(10, 5), (15, 5), (15, 8), (15, 12), (20, 15)];

    internal static SortedDictionary<string, CorruptionSet> All() => new(StringComparer.Ordinal)
    {
        ["pathmnist"] = Set("pathmnist", set =>
        {
            set.Compress([.8, .6, .4, .3, .25], s_jpeg);
            set.Out.Add<(double, double)>("defocus_blur", [(3, .1), (4, .1), (5, .2), (6, .2), (7, .3)], CommonCorruptions.Defocus);
            set.Motion([(5, 5), (10, 5), (15, 5), (15, 8), (15, 12)]);
            set.Bright([1.1, 1.15, 1.2, 1.22, 1.25], [.85, .8, .75, .72, .7]);
            set.Contrast(s_up, [.8, .7, .6, .55, .5]);
            set.Saturate([.05, .1, .15, .2, .25]);
            set.Bubble([(7, 15), (10, 15), (12, 15), (15, 20), (17, 25)]);
        }),
        ["bloodmnist"] = Set("bloodmnist", set =>
        {
            set.Compress([.6, .5, .4, .3, .25], s_jpeg);
            set.Out.Add<(double, double)>("defocus_blur", [(2, .01), (3, .1), (4, .1), (5, .1), (6, .1)], CommonCorruptions.Defocus);
            set.Motion([(3, 3), (5, 5), (10, 5), (10, 7), (10, 9)]);
            set.Bright([1.1, 1.2, 1.3, 1.35, 1.4], s_tenthsDown);
            set.Contrast([1.1, 1.15, 1.2, 1.25, 1.3], s_tenthsDown);
            set.Saturate([.05, .1, .15, .17, .2]);
            set.Bubble([(5, 10), (7, 10), (10, 10), (12, 12), (15, 12)]);
        }),
        ["dermamnist"] = Set("dermamnist", set =>
        {
            set.Compress([.7, .5, .4, .3, .25], [30, 20, 15, 10, 7]);
            set.Out.Noise([.04, .08, .12, .18, .26], [60, 25, 18, 10, 5], [.01, .03, .06, .09, .17], [.05, .15, .2, .35, .45]);
            set.Out.Add<(double, double)>("defocus_blur", [(4, .1), (5, .2), (6, .3), (7, .4), (8, .5)], CommonCorruptions.Defocus);
            set.Motion(s_longMotion);
            set.Out.Add<(double, double)>("zoom_blur", [(1.11, .01), (1.16, .01), (1.21, .02), (1.26, .02), (1.31, .03)], CommonCorruptions.Zoom);
            set.Bright(s_tenths, s_tenthsDown);
            set.Contrast(s_up, [.8, .7, .6, .5, .4]);
            set.Out.Add<double>("black_corner", [1.10, 1.05, 1.00, .90, .95], ShapeCorruptions.BlackCorner);   // 4 and 5 are published in this order
        }),
        ["retinamnist"] = Set("retinamnist", set =>
        {
            set.Compress([.8, .6, .5, .4, .35], [30, 25, 20, 10, 5]);
            set.Out.Noise([.04, .08, .12, .16, .2], [], [], [.1, .15, .2, .25, .3]);
            set.Out.Add<(double, double)>("defocus_blur", [(4, .1), (5, .2), (6, .3), (7, .4), (8, .5)], CommonCorruptions.Defocus);
            set.Motion([(8, 5), (15, 5), (15, 8), (15, 12), (20, 15)]);
            set.Bright([], s_tenthsDown);
            set.Contrast([], s_down);
        }),
        ["tissuemnist"] = Set("tissuemnist", set =>
        {
            set.Compress([.4, .3, .2, .15, .1], [25, 20, 15, 10, 7]);
            set.Out.Noise([], [], [.01, .015, .02, .025, .03], []);
            set.Blur([13, 15, 17, 21, 25]);
            set.Bright([1.3, 1.4, 1.5, 1.6, 1.7], [.8, .7, .6, .5, .4]);
            set.Contrast(s_up, s_down);
        }),
        ["octmnist"] = Set("octmnist", set =>
        {
            set.Compress(s_fewPixels, [30, 15, 10, 7, 5]);
            set.Out.Noise([], [], [], [.15, .3, .4, .5, .6]);
            set.Out.Add<(double, double)>("defocus_blur", [(.5, .6), (1, .5), (1.5, .1), (2, .5), (2.5, .1)], CommonCorruptions.Defocus);
            set.Motion([(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)]);
            set.Contrast([], [.6, .4, .3, .2, .15]);
        }),
        ["breastmnist"] = Set("breastmnist", set =>
        {
            set.Compress(s_fewPixels, s_jpeg);
            set.Out.Noise([], [], [], [.1, .15, .2, .25, .3]);
            set.Motion([(5, 5), (9, 7), (9, 10), (13, 10), (17, 12)]);
            set.Bright([1.4, 1.5, 1.6, 1.8, 2], [.55, .5, .45, .4, .3]);
            set.Contrast([], s_down);
        }),
        ["chestmnist"] = Set("chestmnist", set => Radiograph(
            set, s_fewPixels, [.04, .08, .12, .18, .26], [60, 25, 18, 10, 5], [.01, .03, .06, .09, .17], [.05, .15, .2, .35, .45])),
        ["pneumoniamnist"] = Set("pneumoniamnist", set => Radiograph(
            set, [.8, .7, .6, .5, .4], [.04, .05, .06, .07, .08], [300, 200, 150, 100, 80], [.005, .01, .013, .017, .02], [.05, .07, .1, .15, .2])),
        ["organamnist"] = Set("organamnist", Organ),
        ["organcmnist"] = Set("organcmnist", Organ),
        ["organsmnist"] = Set("organsmnist", Organ),
    };

    private static CorruptionSet Set(string name, Action<Steps> fill)
    {
        var builder = new CorruptionBuilder($"MedMNIST-C {name}", viaColour: true);
        fill(new Steps(builder));
        return builder.Build([]);
    }

    private static void Radiograph(Steps set, double[] pixelate, double[] gaussian, double[] shot, double[] impulse, double[] speckle)
    {
        set.Compress(pixelate, s_jpeg);
        set.Out.Noise(gaussian, shot, impulse, speckle);
        set.Blur([3, 5, 7, 9, 11]);
        set.Bright(s_tenths, s_tenthsDown);
        set.Contrast(s_up, s_down);
        set.Gamma(s_up, s_down);
    }

    private static void Organ(Steps set)
    {
        set.Compress([.7, .6, .5, .4, .35], s_jpeg);
        set.Out.Noise([.04, .08, .12, .16, .2], [200, 100, 50, 25, 15], [.01, .02, .03, .05, .08], [.05, .1, .2, .3, .4]);
        set.Blur([11, 13, 15, 17, 21]);
        set.Bright([1.2, 1.3, 1.4, 1.5, 1.6], [.8, .75, .7, .65, .6]);
        set.Contrast([1.3, 1.4, 1.6, 1.7, 1.8], [.8, .7, .6, .55, .5]);
        set.Gamma([1.3, 1.4, 1.6, 1.8, 2], s_down);
    }

    /// <summary>What several sets have in common.</summary>
    private readonly record struct Steps(CorruptionBuilder Out)
    {
        internal void Compress(double[] pixelate, double[] quality)
        {
            Out.Add("pixelate", pixelate, ShapeCorruptions.Pixelate);
            Out.Add("jpeg_compression", quality, CommonCorruptions.Jpeg);
        }

        internal void Bright(double[] up, double[] down)
        {
            Out.Add("brightness_up", up, ColourCorruptions.EnhanceBrightness);
            Out.Add("brightness_down", down, ColourCorruptions.EnhanceBrightness);
        }

        internal void Contrast(double[] up, double[] down)
        {
            Out.Add("contrast_up", up, ColourCorruptions.EnhanceContrast);
            Out.Add("contrast_down", down, ColourCorruptions.EnhanceContrast);
        }

        internal void Gamma(double[] up, double[] down)
        {
            Out.Add("gamma_corr_up", up, ColourCorruptions.Gamma);
            Out.Add("gamma_corr_down", down, ColourCorruptions.Gamma);
        }

        internal void Saturate(double[] added) => Out.Add("saturate", added, (images, c) => ColourCorruptions.Saturate(images, 1, c));

        internal void Blur(int[] widths) => Out.Add("gaussian_blur", widths, BlurCorruptions.GaussianOfWidth);

        internal void Motion((double, double)[] parameters) => Out.AddRandom("motion_blur", parameters, CommonCorruptions.Motion);

        internal void Bubble((int Largest, int Most)[] parameters) => Out.AddRandom(
            "bubble", parameters, static (Tensor images, (int Largest, int Most) c, CorruptionDraws draws) => ShapeCorruptions.Bubble(images, c.Largest, c.Most, draws.Uniform(0, 1, 1 + (3 * c.Most))));
    }
}
