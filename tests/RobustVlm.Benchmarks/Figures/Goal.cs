using System.Globalization;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>Medians of one figure, in the unit's base; null where a side gave none.</summary>
/// <param name="Ours">This library.</param>
/// <param name="Cpp">Plain C++, or the peak the C++ program measured.</param>
/// <param name="Python">Python with nothing set.</param>
/// <param name="Tuned">Python with the settings this library makes.</param>
internal sealed record Medians(double? Ours, double? Cpp, double? Python, double? Tuned);

/// <summary>What a figure is held against.</summary>
/// <param name="Text">The goal in words; empty where there is none.</param>
internal abstract record Goal(string Text)
{
    public static readonly Goal None = new Nothing();

    /// <summary>At most this many times what C++ takes, plus a constant.</summary>
    public static Goal Cpp(double times = 1, double plus = 0) => new AgainstCpp(times, plus);

    /// <summary>Below a fixed number, given in the unit's base.</summary>
    public static Goal Below(double limit, string text) => new Limit(limit, text);

    /// <summary>At least a fixed number, given in the unit's base.</summary>
    public static Goal AtLeast(double least, string text) => new Floor(least, text);

    /// <summary>At least this share of the peak measured by the C++ program.</summary>
    public static Goal PeakShare(double share) => new AgainstPeak(share);

    /// <summary>At least so many times as good as Python as installed, and as Python tuned.</summary>
    public static Goal Python(double installed, double tuned) => new AgainstPython(installed, tuned);

    /// <summary>Whether the goal is met; null without a goal or without the numbers to tell.</summary>
    public abstract bool? IsMet(Unit unit, Medians medians);

    /// <summary>Our number over what it is held against.</summary>
    public abstract string Ratio(Unit unit, Medians medians);

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string PythonRatio(Unit unit, Medians medians)
    {
        var parts = new List<string>();
        if (medians is { Ours: { } ours, Python: { } installed })
        {
            parts.Add($"{Number(unit.Times(ours, installed))}x Python");
        }

        if (medians is { Ours: { } own, Tuned: { } tuned })
        {
            parts.Add($"{Number(unit.Times(own, tuned))}x tuned");
        }

        return string.Join(", ", parts);
    }

    private sealed record Nothing() : Goal("")
    {
        public override bool? IsMet(Unit unit, Medians medians) => null;

        public override string Ratio(Unit unit, Medians medians) =>
            medians is { Ours: { } ours, Cpp: { } cpp } ? $"{Number(ours / cpp)} of C++" : PythonRatio(unit, medians);
    }

    private sealed record AgainstCpp(double Times, double Plus)
        : Goal("at most " + (Times == 1 ? "C++" : Number(Times) + " of C++") + (Plus == 0 ? "" : $" + {Plus * 1e9:0} ns"))
    {
        public override bool? IsMet(Unit unit, Medians medians) =>
            medians is { Ours: { } ours, Cpp: { } cpp } ? ours <= (cpp * Times) + Plus : null;

        public override string Ratio(Unit unit, Medians medians) => medians is { Ours: { } ours, Cpp: { } cpp } ? $"{Number(ours / cpp)} of C++" : "";
    }

    private sealed record Limit(double Value, string Words) : Goal(Words)
    {
        public override bool? IsMet(Unit unit, Medians medians) => medians.Ours is { } ours ? ours < Value : null;

        public override string Ratio(Unit unit, Medians medians) => PythonRatio(unit, medians);
    }

    private sealed record Floor(double Value, string Words) : Goal(Words)
    {
        public override bool? IsMet(Unit unit, Medians medians) => medians.Ours is { } ours ? ours >= Value : null;

        public override string Ratio(Unit unit, Medians medians) => medians.Ours is { } ours ? $"{Number(ours / Value)} of the goal" : "";
    }

    private sealed record AgainstPeak(double Share) : Goal($"at least {Number(Share)} of peak")
    {
        public override bool? IsMet(Unit unit, Medians medians) => medians is { Ours: { } ours, Cpp: { } peak } ? ours >= Share * peak : null;

        public override string Ratio(Unit unit, Medians medians) => medians is { Ours: { } ours, Cpp: { } peak } ? $"{Number(ours / peak)} of peak" : "";
    }

    private sealed record AgainstPython(double Installed, double TunedTimes) : Goal(Words(Installed, TunedTimes))
    {
        public override bool? IsMet(Unit unit, Medians medians) =>
            medians is { Ours: { } ours, Python: { } python, Tuned: { } tuned }
                ? unit.Times(ours, python) >= Installed && unit.Times(ours, tuned) >= TunedTimes
                : null;

        public override string Ratio(Unit unit, Medians medians) => PythonRatio(unit, medians);

        private static string Words(double installed, double tuned) =>
            installed == tuned ? $"{Number(installed)}x both Pythons" : $"{Number(installed)}x Python, {Number(tuned)}x tuned";
    }
}
