namespace RobustVlm.Data.Sets;

/// <summary>How INbreast's BI-RADS grades become classes.</summary>
public enum BiRadsRule
{
    /// <summary>1, 2, 3 are class 0, everything else, also a missing grade, is class 1: the rule of MeLo's code (Zhu et al., 2023).</summary>
    UpToThree,

    /// <summary>1, 2, 3 are benign, 4a to 6 malignant; images without such a grade are left out.</summary>
    FourAToSix,

    /// <summary>Each grade is a class: 1, 2, 3, 4a, 4b, 4c, 5, 6; images without a grade are left out.</summary>
    Grades,
}

/// <summary>Choices when opening a set; each concerns some sets only.</summary>
public sealed record ImageSetOptions
{
    /// <summary>CheXpert and MIMIC-CXR: leave lateral views out.</summary>
    public bool FrontalOnly { get; init; }

    /// <summary>MIMIC-CXR: leave out studies whose report has neither findings nor an impression; this reads every report once.</summary>
    public bool ReportsOnly { get; init; }

    /// <summary>INbreast: the classes.</summary>
    public BiRadsRule BiRads { get; init; } = BiRadsRule.UpToThree;

    /// <summary>ROCO: take the figures that are no radiographs instead of those that are.</summary>
    public bool NonRadiology { get; init; }

    /// <summary>MedMNIST: side of the images, 28, 64, 128 or 224; decides which file is looked for.</summary>
    public int MedMnistSize { get; init; } = 28;

    /// <summary>DTD: which of the ten official divisions, 1 to 10.</summary>
    public int DtdSplit { get; init; } = 1;
}
