namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>How often a classifier's answers are right.</summary>
/// <param name="Accuracy">Share of right answers.</param>
/// <param name="Sensitivity">Share of a class that is found: of two classes the second, which is the illness; of more the mean over all.</param>
/// <param name="Specificity">Share of what is not of a class that is not taken for it, likewise.</param>
internal sealed record ClassRates(double Accuracy, double Sensitivity, double Specificity)
{
    internal static ClassRates Of(IReadOnlyList<int> answers, IReadOnlyList<int> truth, int classes)
    {
        var counted = classes == 2 ? [1] : Enumerable.Range(0, classes).ToArray();
        double Share(Func<int, int, bool> of, Func<int, int, bool> right, int k)
        {
            var members = answers.Zip(truth).Where(pair => of(pair.Second, k)).ToArray();
            return members.Length == 0 ? double.NaN : members.Count(pair => right(pair.First, k)) / (double)members.Length;
        }

        double Mean(Func<int, double> share) => counted.Select(share).Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Average();
        return new ClassRates(
            answers.Zip(truth).Average(pair => pair.First == pair.Second ? 1.0 : 0),
            Mean(k => Share((label, of) => label == of, (answer, of) => answer == of, k)),
            Mean(k => Share((label, of) => label != of, (answer, of) => answer != of, k)));
    }
}
