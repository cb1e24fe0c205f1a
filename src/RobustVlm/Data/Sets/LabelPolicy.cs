namespace RobustVlm.Data.Sets;

/// <summary>What a finding becomes that is not plainly there or absent.</summary>
public enum UnclearFinding
{
    /// <summary>Left out of loss and metric (NaN).</summary>
    Ignore,

    /// <summary>Not there.</summary>
    AsZero,

    /// <summary>There.</summary>
    AsOne,
}

/// <summary>How uncertain and unmentioned findings are read: the policies U-Ignore, U-Zeros and U-Ones of CheXpert (Irvin et al., 2019, arXiv:1901.07031).</summary>
public sealed record LabelPolicy
{
    /// <summary>What "uncertain" (-1 in CheXpert and MIMIC-CXR) becomes.</summary>
    public UnclearFinding Uncertain { get; init; } = UnclearFinding.Ignore;

    /// <summary>What a finding becomes that is not mentioned (empty in the tables). CheXpert's own experiments take zero.</summary>
    public UnclearFinding Unknown { get; init; } = UnclearFinding.AsZero;

    /// <summary>Applies the policy to one finding.</summary>
    /// <param name="finding">1, 0, <see cref="ImageItem.Uncertain"/> or <see cref="ImageItem.Unknown"/>.</param>
    /// <returns>0, 1, or NaN where it is to be ignored.</returns>
    public float Apply(float finding) => finding switch
    {
        ImageItem.Uncertain => Of(Uncertain),
        float.NaN => Of(Unknown),
        _ => finding,
    };

    private static float Of(UnclearFinding choice) => choice switch { UnclearFinding.AsZero => 0, UnclearFinding.AsOne => 1, _ => float.NaN };
}
