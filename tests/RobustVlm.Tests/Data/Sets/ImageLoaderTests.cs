using RobustVlm.Data;
using RobustVlm.Data.Sets;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Sets;

public sealed class ImageLoaderTests : IDisposable
{
    private const int Images = 41;

    private readonly string _folder = Directory.CreateTempSubdirectory("robustvlm-loader-").FullName;
    private readonly IImageSet _set;

    public ImageLoaderTests()
    {
        for (var i = 0; i < Images; i++)
        {
            SampleFiles.Picture(Path.Combine(_folder, "images", $"{i}.png"), i + 1, 9 + (i % 5), 12);
        }

        File.WriteAllLines(Path.Combine(_folder, "own.csv"), Enumerable.Range(0, Images).Select(i => $"images/{i}.png,class {i % 3}").Prepend("image,label"));
        _set = DataSetRegistry.Open("image-table", _folder);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(5, 1)]
    public void Order_and_numbers_do_not_depend_on_the_threads(int threads, int ahead)
    {
        using var scope = NewDisposeScope();
        var loader = Loader(new ImageLoaderOptions { BatchSize = 8, Threads = threads, Ahead = ahead });
        var at = 0;

        foreach (var batch in loader.Batches())
        {
            Assert.Equal(Enumerable.Range(at, batch.Count), batch.Indices);
            Assert.Equal(batch.Indices.Select(i => i % 3L), batch.Labels.data<long>().ToArray());
            Assert.True(batch.Images[0].SameAs(_set.ReadImage(at, new ImageTransform { Size = 16 })));
            at += batch.Count;
            batch.Dispose();
        }

        Assert.Equal(Images, at);
    }

    [Fact]
    public void Shuffling_follows_the_seed_and_loses_nothing()
    {
        int[] Order(ulong seed)
        {
            using var random = new Generator(seed);
            return [.. Loader(new ImageLoaderOptions { BatchSize = 7 }).Batches(random).SelectMany(batch => batch.Indices)];
        }

        Assert.Equal(Order(1), Order(1));
        Assert.NotEqual(Order(1), Order(2));
        Assert.Equal(Enumerable.Range(0, Images), Order(1).Order());
    }

    [Fact]
    public void Leaving_early_ends_the_threads_and_frees_the_tensors()
    {
        void ReadOne()
        {
            foreach (var batch in Loader(new ImageLoaderOptions { BatchSize = 4, Threads = 3 }).Batches())
            {
                batch.Dispose();
                break;
            }
        }

        ReadOne();   // libraries may start threads of their own, which inherit the name of ours
        var (tensors, threads) = (TensorCount.Now(), LoaderThreads());
        ReadOne();

        Assert.Equal(tensors, TensorCount.Now());
        Assert.True(SpinWait.SpinUntil(() => LoaderThreads() <= threads, TimeSpan.FromSeconds(10)));   // the system takes a moment to forget a thread
    }

    [Fact]
    public void Bad_files_end_the_run_at_their_place_or_are_skipped_and_listed()
    {
        File.WriteAllText(Path.Combine(_folder, "images", "9.png"), "text");
        File.Delete(Path.Combine(_folder, "images", "20.png"));
        var seen = 0;

        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var batch in Loader(new ImageLoaderOptions { BatchSize = 4, Threads = 3 }).Batches())
            {
                seen += batch.Count;
                batch.Dispose();
            }
        });
        var loader = Loader(new ImageLoaderOptions { BatchSize = 4, Threads = 3, SkipBadFiles = true });
        using var all = loader.ReadAll();

        Assert.Contains("9.png", error.Message, StringComparison.Ordinal);
        Assert.Equal(8, seen);
        Assert.Equal(Images - 2, all.Count);
        Assert.Equal([9, 20], loader.Skipped.Select(skipped => skipped.Index));
        Assert.Contains("20.png", loader.Skipped[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_does_not_run_away_from_the_reader()
    {
        var seen = 0;

        var error = Assert.Throws<FileNotFoundException>(() =>
        {
            foreach (var batch in Loader(new ImageLoaderOptions { BatchSize = 2, Threads = 2, Ahead = 1 }).Batches())
            {
                seen += batch.Count;
                batch.Dispose();
                Thread.Sleep(seen == 2 ? 300 : 0);   // long enough to read everything
                File.Delete(Path.Combine(_folder, "images", "8.png"));
            }
        });

        Assert.Equal(8, seen);
        Assert.Contains("8.png", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_that_memory_cannot_hold_is_refused_at_the_reader()
    {
        var loader = new ImageLoader(_set, new int[1_000_000], new ImageLoaderOptions { BatchSize = 1_000_000, Threads = 2, Transform = new ImageTransform { Size = 32_768 } });

        var error = Assert.Throws<InvalidOperationException>(() => loader.Batches().Count());

        Assert.Contains("a batch of 1000000 images of 32768x32768 pixels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Largest_batch_size_and_reach_are_no_overflow()
    {
        var whole = Assert.Single(Loader(new ImageLoaderOptions { BatchSize = int.MaxValue }).Batches());
        var seen = Loader(new ImageLoaderOptions { BatchSize = 4, Ahead = int.MaxValue }).Batches().Sum(batch =>
        {
            using (batch)
            {
                return batch.Count;
            }
        });

        Assert.Equal((Images, Images), (whole.Count, seen));
        whole.Dispose();
    }

    [Fact]
    public void Cancelling_ends_the_run()
    {
        using var source = new CancellationTokenSource();
        var seen = 0;

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var batch in Loader(new ImageLoaderOptions { BatchSize = 2, Ahead = 1 }).Batches(cancellation: source.Token))
            {
                batch.Dispose();
                seen++;
                source.Cancel();
            }
        });

        Assert.InRange(seen, 1, 3);
    }

    [Fact]
    public void Progress_rises_to_one()
    {
        var shares = new List<double>();

        using var all = Loader(new ImageLoaderOptions { BatchSize = 10 }).ReadAll(new Recorder(shares));

        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1]);
    }

    [Fact]
    public void Wrong_settings_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLoader(_set, options: new ImageLoaderOptions { BatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLoader(_set, [Images]));
        Assert.Contains("Size", Assert.Throws<ArgumentException>(() => new ImageLoader(_set, options: new ImageLoaderOptions { Transform = ImageTransform.Original() })).Message, StringComparison.Ordinal);
        Assert.Contains("mask", Assert.Throws<ArgumentException>(() => new ImageLoader(_set, options: new ImageLoaderOptions { Masks = true })).Message, StringComparison.Ordinal);
    }

    private ImageLoader Loader(ImageLoaderOptions options) => new(_set, options: options with { Transform = new ImageTransform { Size = 16 } });

    private static int LoaderThreads() => Directory.GetDirectories("/proc/self/task").Select(task => Path.Combine(task, "comm"))
        .Count(file => File.Exists(file) && File.ReadAllText(file).StartsWith("image loader", StringComparison.Ordinal));

    private sealed class Recorder(List<double> shares) : IProgress<double>
    {
        public void Report(double value) => shares.Add(value);
    }
}
