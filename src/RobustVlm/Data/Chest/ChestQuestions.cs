using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Questions about radiographs, with answers.</summary>
/// <param name="Questions">One question for each image.</param>
/// <param name="Answers">Long tensor [N], indices in <see cref="ChestQuestions.Answers"/>.</param>
public sealed record AskedQuestions(IReadOnlyList<string> Questions, Tensor Answers) : IDisposable
{
    /// <summary>Frees the answers.</summary>
    public void Dispose() => Answers.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Questions.Count} questions, {ChestQuestions.Answers.Count} possible answers";
}

/// <summary>Short questions about chest phantoms with a closed set of answers: is a finding there, on which side, how marked, in which zone.</summary>
public static class ChestQuestions
{
    private const int Yes = 0;
    private const int No = 1;
    private const int FirstSide = 2;
    private const int FirstDegree = 4;
    private const int FirstZone = 7;
    private const int Choices = 4;

    /// <summary>Every answer, in the order of their indices.</summary>
    public static IReadOnlyList<string> Answers { get; } = ["yes", "no", "right", "left", "mild", "moderate", "severe", "upper", "middle", "lower"];

    /// <summary>Every question; a tokenizer that knows their words knows all of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Findings.All.Skip(1).SelectMany(finding => new[] { Present(finding), Side(finding), Degree(finding), Zone(finding) }),
    ];

    /// <summary>Asks one question about each image. Questions whether a finding is there are answered by yes as often as by no, but for normal images.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="random">Source of the choice.</param>
    public static AskedQuestions Ask(PhantomBatch batch, Generator random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        var numbers = rand([batch.Count, Choices], device: random.device, generator: random).cpu().data<float>().ToArray();
        var (labels, sides, grades, zones) = (Read(batch.Labels), Read(batch.Sides), Read(batch.Grades), Read(batch.Zones));
        var asked = Enumerable.Range(0, batch.Count).Select(i => AskOne(
            (Finding)labels[i], (int)sides[i], (int)grades[i], (int)zones[i], new Chooser(numbers.AsMemory(i * Choices, Choices)))).ToArray();
        return new AskedQuestions([.. asked.Select(one => one.Question)], tensor(asked.Select(one => (long)one.Answer).ToArray(), device: batch.Labels.device).DetachFromDisposeScope());
    }

    private static (string Question, int Answer) AskOne(Finding finding, int side, int grade, int zone, Chooser choose)
    {
        var details = new List<(string Question, int Answer)>();
        if (side >= 0)
        {
            details.Add((Side(finding), FirstSide + side));
        }

        if (grade >= 0)
        {
            details.Add((Degree(finding), FirstDegree + grade));
        }

        if (zone >= 0)
        {
            details.Add((Zone(finding), FirstZone + zone));
        }

        if (details.Count > 0 && choose.Next() < 0.5)
        {
            return choose.From(details.ToArray());
        }

        var others = Findings.All.Skip(1).Where(other => other != finding).ToArray();
        return finding != Finding.Normal && choose.Next() < 0.5 ? (Present(finding), Yes) : (Present(choose.From(others)), No);
    }

    private static string Present(Finding finding) => $"is there {finding.Name()}";

    private static string Side(Finding finding) => $"which side is the {finding.Name()} on";

    private static string Degree(Finding finding) => $"how marked is the {finding.Name()}";

    private static string Zone(Finding finding) => $"in which zone is the {finding.Name()}";

    private static long[] Read(Tensor values) => values.cpu().data<long>().ToArray();
}
