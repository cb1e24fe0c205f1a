using RobustVlm.Data;
using RobustVlm.Data.Sets;
using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>Reading, decoding and scaling files into batches, with two threads; Python: PIL in a DataLoader with two workers.</summary>
internal static class LoaderFigures
{
    private const int Images = 128;
    private const int Batch = 32;

    public static IReadOnlyList<Figure> All { get; } =
    [
        Of("loader-jpeg", "640x480 colour JPEG to batches of 32 at 224 pixels, as CLIP scales, two threads", "jpg", 480, 640, 3),
        Of("loader-png", "512x512 grey PNG to batches of 32 at 224 pixels, the same", "png", 512, 512, 1),
    ];

    private static Figure Of(string name, string about, string ending, int height, int width, int channels) =>
        new(name, about, Unit.ImagesPerSecond, Goal.Python(1, 1), () =>
        {
            var set = DataSetRegistry.Open("image-table", Folder(ending, height, width, channels));
            var loader = new ImageLoader(set, options: new ImageLoaderOptions { BatchSize = Batch, Threads = 2, Transform = ImageTransform.Clip() });
            var epoch = Sampling.Long(() =>
            {
                foreach (var batch in loader.Batches())
                {
                    batch.Dispose();
                }
            });
            return () => Images / epoch();
        });

    // The Python side reads the same files; whoever comes first writes them.
    private static string Folder(string ending, int height, int width, int channels)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"robustvlm-bench-{ending}-1");
        var table = Path.Combine(folder, "images.csv");
        if (File.Exists(table))
        {
            return folder;
        }

        Directory.CreateDirectory(folder);
        using var scope = NewDisposeScope();
        var (y, x, c) = (arange(height).view(1, -1, 1), arange(width).view(1, 1, -1), arange(channels).view(-1, 1, 1));
        for (var i = 0; i < Images; i++)
        {
            using var inner = NewDisposeScope();
            var image = 110 + (50 * ((x / 9.0) + i).sin()) + (50 * ((y / 13.0) + (2 * i) + c).cos()) + ((x * 7) + (y * 13) + (i * 29)).remainder(32);
            ImageFile.Write(Path.Combine(folder, $"{i}.{ending}"), image.clamp(0, 255).floor() / 255);
        }

        File.WriteAllLines(table, Enumerable.Range(0, Images).Select(i => $"{i}.{ending},x").Prepend("image,label"));
        return folder;
    }
}
