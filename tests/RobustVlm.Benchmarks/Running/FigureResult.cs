using RobustVlm.Benchmarks.Figures;

namespace RobustVlm.Benchmarks.Running;

/// <summary>The samples of one figure, side by side.</summary>
internal sealed class FigureResult(Figure figure)
{
    private readonly Dictionary<string, List<double>> _samples = [];
    private readonly Dictionary<string, string> _complaints = [];
    private readonly HashSet<string> _closed = [];

    public Figure Figure => figure;

    /// <summary>What went wrong, by side.</summary>
    public IEnumerable<string> Complaints => _complaints.Values;

    public Medians Medians => new(Median(SideNames.Ours), Median(SideNames.Cpp), Median(SideNames.Python), Median(SideNames.Tuned));

    public bool? IsMet => figure.Goal.IsMet(figure.Unit, Medians);

    public string Ratio => figure.Goal.Ratio(figure.Unit, Medians);

    /// <summary>In words for the table.</summary>
    public string Verdict => IsMet switch { true => "met", false => "short", null => figure.Goal.Text.Length == 0 ? "" : "unknown" };

    public IReadOnlyList<double> Samples(string side) => _samples.TryGetValue(side, out var samples) ? samples : [];

    /// <summary>Whether the side has nothing (more) to say to this figure.</summary>
    public bool IsClosed(string side) => _closed.Contains(side);

    public void Add(string side, double? value)
    {
        if (value is not { } number)
        {
            _closed.Add(side);
            return;
        }

        if (!_samples.TryGetValue(side, out var samples))
        {
            _samples[side] = samples = [];
        }

        samples.Add(number);
    }

    public void Complain(string side, string message)
    {
        _complaints[side] = message;
        _closed.Add(side);
    }

    private double? Median(string side)
    {
        var sorted = Samples(side).Order().ToArray();
        return sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
