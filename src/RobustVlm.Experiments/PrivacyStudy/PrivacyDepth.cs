namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>How much of a model is measured.</summary>
internal enum PrivacyDepth
{
    /// <summary>What curves over epochs, set sizes and defences show.</summary>
    Curves,

    /// <summary>Every attack.</summary>
    Attacks,

    /// <summary>Besides, the heat map, the loss at every level, other classifiers, controls and the test of sets.</summary>
    Detail,
}
