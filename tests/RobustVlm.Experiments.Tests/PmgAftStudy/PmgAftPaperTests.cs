using System.IO.Compression;
using System.Text;
using RobustVlm.Data.Sets;
using RobustVlm.Data.Text;
using RobustVlm.Engine;
using RobustVlm.Experiments.PmgAftStudy;
using RobustVlm.Experiments.Tests.Results;
using RobustVlm.Models;
using RobustVlm.Tests.Data.Sets;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests.PmgAftStudy;

/// <summary>The paper's size, on made pictures that lie as torchvision expects the sixteen sets, with made weights under OpenAI's names.</summary>
public sealed class PmgAftPaperTests : IDisposable
{
    private const int Sets = 16;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_method_takes_two_steps_and_is_scored_on_all_sixteen_sets()
    {
        var options = Small();
        var paper = Paper(options, options.Model);

        var table = paper.Run();

        Assert.Empty(paper.Missing);
        Assert.Equal(["CLIP", "FT-Clean", "FT-Adv", "TeCoA", "FARE", "PMG-AFT"], table["Method"].Select(cell => cell.ToString()));
        Assert.Contains("Mean of 15 zero-shot sets", table.Caption, StringComparison.Ordinal);
        var runs = Open().Store.ReadAll<PmgAftPaperRun>(PmgAftPaper.Id);
        Assert.Equal(6, runs.Count);
        Assert.All(runs, run => Assert.Equal(Sets, run.Measurements.Count(number => number.Column == "robust, PGD" && number.Row != PmgAftScores.MeanRow)));
        Assert.All(runs, run => Assert.All(run.Measurements, number => Assert.True(double.IsFinite(number.Value))));
        Assert.All(runs.Where(run => run.Options.Arm != PmgAftArm.Original), run => Assert.Equal(2, run.Options.Steps));

        // What is stored is not made again, so the weights are not needed any more.
        File.SetLastWriteTimeUtc(_folder.File("weights", "ViT-B-32.safetensors"), DateTime.UtcNow);
        var before = Directory.GetFiles(Open().WorkFolder(PmgAftPaper.Id)).Select(File.GetLastWriteTimeUtc).ToArray();
        Assert.Equal(table.ToString(), paper.Run().ToString());
        Assert.Equal(before, Directory.GetFiles(Open().WorkFolder(PmgAftPaper.Id)).Select(File.GetLastWriteTimeUtc));
    }

    [Fact]
    public void Sets_that_are_missing_are_left_out_and_the_table_says_so()
    {
        var options = Small() with { Arms = [PmgAftArm.Original] };
        var paper = Paper(options, options.Model, "dtd", "tiny-imagenet");

        Assert.Contains("1 of the 15 zero-shot sets", paper.Run().ToString(), StringComparison.Ordinal);
        Assert.Equal(2, paper.Sets["On this machine"].Count(cell => cell.ToString() == "yes"));
    }

    [Fact]
    public void Without_weights_and_sets_one_sentence_says_what_to_do()
    {
        var paper = new PmgAftPaper(Open(), weights: _folder.File("none.pt"), folders: new Dictionary<string, string>());

        Assert.Contains("ROBUSTVLM_CLIP", paper.Missing, StringComparison.Ordinal);
        Assert.Contains("ROBUSTVLM_DATA", paper.Missing, StringComparison.Ordinal);
        Assert.Equal(paper.Missing, Assert.Throws<InvalidOperationException>(paper.Run).Message);
        Assert.Equal(Sets, paper.Sets.Rows.Count);
    }

    [Fact]
    public void A_source_set_smaller_than_a_batch_is_refused()
    {
        var options = Small() with { BatchSize = 64 };

        Assert.Contains("fewer than a batch of 64", Assert.Throws<InvalidDataException>(() => Paper(options, options.Model, "dtd", "tiny-imagenet").Run()).Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Category", "Slow")]
    public void Two_steps_at_the_true_size_of_the_model()
    {
        var options = Small() with { Arms = [PmgAftArm.PmgAft] };
        var size = ClipOptions.ViTB32 with { Text = ClipOptions.ViTB32.Text with { VocabularySize = options.Model.Text.VocabularySize } };

        var table = Paper(options with { Model = size }, size, "dtd", "tiny-imagenet").Run();

        Assert.Equal(["PMG-AFT"], table["Method"].Select(cell => cell.ToString()));
    }

    private Lab Open() => Lab.At(_folder.Path, Scale.Paper, 1);

    private PmgAftPaperOptions Small()
    {
        var words = new ClipTokenizer(BytePairVocabulary.ReadClip(Vocabulary()), 77).VocabularySize;
        return new PmgAftPaperOptions
        {
            Model = ClipOptions.ViTB32 with
            {
                EmbeddingSize = 16,
                Image = ClipOptions.ViTB32.Image with { Width = 32, Depth = 1, Heads = 2 },
                Text = ClipOptions.ViTB32.Text with { VocabularySize = words, Width = 32, Depth = 1, Heads = 2 },
            },
            Seeds = [1],
            Steps = 2,
            BatchSize = 2,
            Pictures = 2,
            AttackSteps = 2,
        };
    }

    private PmgAftPaper Paper(PmgAftPaperOptions options, ClipOptions size, params string[] names)
    {
        using (var random = new Generator(1))
        using (var model = size.Create(random))
        {
            Safetensors.Write(_folder.File("weights", "ViT-B-32.safetensors"), model.state_dict());
        }

        var folders = new Dictionary<string, string>();
        foreach (var name in ZeroShotProtocol.All.Select(protocol => protocol.Name).Where(name => names.Length == 0 || names.Contains(name)))
        {
            folders[name] = Directory.CreateDirectory(_folder.File("sets", name)).FullName;
            SampleSets.All[name].Write(folders[name]);
        }

        // The sample has one picture to learn from.
        var train = Path.Combine(folders["tiny-imagenet"], "tiny-imagenet-200", "train");
        foreach (var (place, i) in new[] { "n01443537", "n02124075", "n02124075" }.Select((place, i) => (place, i)))
        {
            File.Copy(Path.Combine(train, "n01443537", "images", "n01443537_0.JPEG"), Path.Combine(train, place, "images", $"{place}_{i + 1}.JPEG"));
        }

        return new PmgAftPaper(Open(), options, _folder.File("weights", "ViT-B-32.safetensors"), folders);
    }

    // OpenAI's file with two merges in place of its 48894.
    private string Vocabulary()
    {
        var path = Path.Combine(Directory.CreateDirectory(_folder.File("weights")).FullName, PmgAftPaper.VocabularyFile);
        using var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        packed.Write(Encoding.UTF8.GetBytes("#version: made\nt h\nth e</w>\n"));
        return path;
    }
}
