namespace RobustVlm.Methods.LowRank;

/// <summary>Linear layers of a transformer block that get a low-rank update.</summary>
[Flags]
public enum LowRankTargets
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Queries.</summary>
    Query = 1,

    /// <summary>Keys.</summary>
    Key = 2,

    /// <summary>Values.</summary>
    Value = 4,

    /// <summary>The layer after the attention's heads.</summary>
    Output = 8,

    /// <summary>The first layer of the perceptron.</summary>
    Fc1 = 16,

    /// <summary>The second layer of the perceptron.</summary>
    Fc2 = 32,

    /// <summary>All six.</summary>
    All = Query | Key | Value | Output | Fc1 | Fc2,
}
