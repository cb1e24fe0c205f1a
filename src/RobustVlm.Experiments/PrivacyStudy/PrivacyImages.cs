using RobustVlm.Data;
using RobustVlm.Data.Chest;
using RobustVlm.Data.Text;
using RobustVlm.Privacy;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>The pictures of a seed, all drawn at once and independently, so that members, others and public ones differ in nothing but their use.</summary>
internal sealed class PrivacyImages : IDisposable
{
    private static readonly string[] s_sides = Enum.GetNames<BodySide>();

    private readonly Tensor _images;
    private readonly Tensor _captions;
    private readonly PrivacyRunOptions _options;
    private readonly int _largest;

    private PrivacyImages(Tensor images, Tensor captions, PrivacyRunOptions options, int largest) =>
        (_images, _captions, _options, _largest) = (images, captions, options, largest);

    /// <summary>The words of all captions.</summary>
    internal static WordTokenizer Tokenizer { get; } = new(Findings.Names.Concat(s_sides), 6);

    // Sets of other sizes get the same first pictures, which are the ones attacked.
    internal static PrivacyImages Draw(Lab lab, PrivacyRunOptions options) =>
        Draw(lab, options, PrivacyPlan.For(lab.Scale == Scale.Paper ? Scale.Demo : lab.Scale).SetSizes.Append(options.Members).Max());

    /// <summary>Draws them with room for the largest set of members; another largest set gives other pictures.</summary>
    internal static PrivacyImages Draw(Lab lab, PrivacyRunOptions options, int largest)
    {
        using var random = lab.Random("privacy: pictures");
        using var scope = NewDisposeScope();
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = options.ImageSize }).Render((2 * largest) + (5 * options.Candidates), random, lab.Device);
        var (labels, sides) = (batch.Labels.cpu().data<long>().ToArray(), batch.Sides.cpu().data<long>().ToArray());
        var captions = Tokenizer.Encode(labels.Zip(sides, Caption).ToList());
        return new PrivacyImages(batch.Images.clone().DetachFromDisposeScope(), captions.to(lab.Device).DetachFromDisposeScope(), options, largest);
    }

    /// <summary>What the model is trained on.</summary>
    internal CandidateImages Members(int count) => Part(0, count);

    /// <summary>Pictures that anybody may train on, of the same kind.</summary>
    internal CandidateImages Public(int count) => Part(_largest, Math.Min(count, _largest));

    /// <summary>Members and others, half each, then others that only the test of sets sees.</summary>
    internal CandidateImages Candidates => Joined(Part(0, _options.Candidates), Part(2 * _largest, 2 * _options.Candidates));

    /// <summary>As many pictures of two kinds, none of which was trained on.</summary>
    internal CandidateImages Unseen => Part((2 * _largest) + (3 * _options.Candidates), 2 * _options.Candidates);

    public void Dispose()
    {
        _images.Dispose();
        _captions.Dispose();
    }

    private static string Caption(long label, long side) => side >= 0 ? $"{s_sides[side]} {Findings.Names[(int)label]}" : Findings.Names[(int)label];

    private CandidateImages Part(int start, int count) =>
        new(_images.narrow(0, start, count), _captions.narrow(0, start, count), [.. Enumerable.Range(start, count).Select(i => (long)i)]);

    private static CandidateImages Joined(CandidateImages first, CandidateImages second) => new(
        cat([first.Images, second.Images], 0), cat([first.Captions!, second.Captions!], 0), [.. first.Ids, .. second.Ids]);
}
