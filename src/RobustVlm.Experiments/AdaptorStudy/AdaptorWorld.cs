using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RobustVlm.Data;
using RobustVlm.Data.Chest;
using RobustVlm.Data.Sets;
using RobustVlm.Experiments.MeLoStudy;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Pictures, reports and embeddings of a seed. Sets are drawn when they are first needed; embeddings are computed once and kept in files.</summary>
internal sealed class AdaptorWorld(Lab lab) : IDisposable
{
    internal const int ImageSize = 64;

    // Raised whenever the phantom, its reports or the way they are drawn change, so that no old file is read.
    private const int Version = 1;

    private readonly Dictionary<AdaptorSet, (Tensor Images, Tensor Masks, IReadOnlyList<string> Texts)> _drawn = [];
    private readonly AdaptorEncoders _encoders = new(lab);

    internal AdaptorEncoders Encoders => _encoders;

    /// <summary>Float tensor [N, 1, 64, 64], pixels in [0, 1].</summary>
    internal Tensor Images(AdaptorSet set) => Draw(set).Images;

    /// <summary>Float tensor [N, 1, 64, 64]: 1 where a finding is.</summary>
    internal Tensor Masks(AdaptorSet set) => Draw(set).Masks;

    /// <summary>Impression and findings of each picture.</summary>
    internal IReadOnlyList<string> Texts(AdaptorSet set) => Draw(set).Texts;

    /// <summary>Long tensor [N], index of the finding; known without drawing.</summary>
    internal Tensor Findings(AdaptorSet set)
    {
        using var random = Random(set);
        return Findings(set, random).to(lab.Device);
    }

    /// <summary>The task's targets of a set: float [N] of 0 and 1 for a yes-or-no question, else long [N] of class indices.</summary>
    internal Tensor Targets(AdaptorTask task, AdaptorSet set)
    {
        using var scope = NewDisposeScope();
        var findings = Findings(set);
        var targets = task.Classes == 1
            ? findings.eq((long)task.Findings[0]).to(ScalarType.Float32)
            : task.Findings.Index().Aggregate(zeros_like(findings), (sum, entry) => sum + (entry.Index * findings.eq((long)entry.Item).to(ScalarType.Int64)));
        return targets.MoveToOuterDisposeScope();
    }

    /// <summary>Float tensor [N, D] of frozen embeddings.</summary>
    internal Tensor Embeddings(AdaptorSet set, AdaptorImageEncoder encoder) =>
        Kept(set, AdaptorPlan.NameOf(encoder), _encoders.HashOf(encoder), () => _encoders.Images(encoder).Embed(Images(set)));

    /// <summary>Float tensor [N, D] of frozen embeddings.</summary>
    internal Tensor Embeddings(AdaptorSet set, AdaptorTextEncoder encoder) =>
        Kept(set, AdaptorPlan.NameOf(encoder), _encoders.HashOf(encoder), () => _encoders.Texts(encoder).Embed(Texts(set)));

    /// <summary>A file for what follows from seed, pictures and some settings alone.</summary>
    internal string PathOf(string what, string ending)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{Version}/{lab.Seed}/{what}");
        var folder = Directory.CreateDirectory(Path.Combine(lab.WorkFolder(AdaptorSweep.Id), "cache")).FullName;
        return Path.Combine(folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..24]}.{ending}");
    }

    public void Dispose()
    {
        foreach (var (images, masks, _) in _drawn.Values)
        {
            images.Dispose();
            masks.Dispose();
        }

        _drawn.Clear();
        _encoders.Dispose();
    }

    private Tensor Kept(AdaptorSet set, string encoder, string hash, Func<Tensor> compute) =>
        EmbeddingFile.ReadOrCompute(PathOf(string.Create(CultureInfo.InvariantCulture, $"{set.Name}/{set.Count}/{encoder}/{hash}"), "npy"), compute).to(lab.Device);

    private Generator Random(AdaptorSet set) => lab.Random($"adaptor: {set.Name}");

    private static Tensor Findings(AdaptorSet set, Generator random) => TargetTask.Labels(set.Count, set.Shares, random);

    private (Tensor Images, Tensor Masks, IReadOnlyList<string> Texts) Draw(AdaptorSet set)
    {
        // Two sets of one name and size are the same; lists in a record are compared by reference.
        if (_drawn.Keys.FirstOrDefault(known => known.Name == set.Name && known.Count == set.Count) is { } there)
        {
            return _drawn[there];
        }

        using var scope = NewDisposeScope();
        using var random = Random(set);
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = ImageSize }).Render(Findings(set, random), random, lab.Device);
        var texts = SectionedReports.Write(batch, random).Select(report => new ReportSections(report.Findings, report.Impression, "", "").Caption).ToArray();
        return _drawn[set] = (batch.Images.clone().DetachFromDisposeScope(), batch.Masks.clone().DetachFromDisposeScope(), texts);
    }
}
