namespace RobustVlm.Experiments.Criteria;

/// <summary>What all claims of a study share; it makes the criteria.</summary>
/// <typeparam name="TOptions">The experiment's options record.</typeparam>
/// <param name="Experiment">The experiment's id.</param>
/// <param name="Paper">The paper, with its number.</param>
/// <param name="Seeds">The seeds, unless a claim says otherwise.</param>
/// <param name="MethodVersion">Version of the method whose runs count.</param>
/// <param name="Varied">Names of the options in which compared arms may differ.</param>
internal sealed record StudyClaims<TOptions>(string Experiment, string Paper, IReadOnlyList<ulong> Seeds, int MethodVersion, IReadOnlyList<string> Varied)
{
    /// <summary>How numbers are printed, unless a claim says otherwise.</summary>
    internal EstimateFormat Format { get; init; } = new();

    internal Criterion<TOptions> Claim(
        string id, string statement, string source, PaperNumber reported, StatisticalTest test, IReadOnlyList<ArmComparison<TOptions>> comparisons) => new()
        {
            Id = id,
            Experiment = Experiment,
            Paper = Paper,
            Statement = statement,
            Source = source,
            Reported = reported,
            Test = test,
            Seeds = Seeds,
            MethodVersion = MethodVersion,
            Varied = Varied,
            Format = Format,
            Comparisons = comparisons,
        };
}
