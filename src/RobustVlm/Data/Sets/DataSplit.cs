namespace RobustVlm.Data.Sets;

/// <summary>The official part of a set that an image belongs to.</summary>
public enum DataSplit
{
    /// <summary>The set has no official parts, or this image belongs to none; see <see cref="ImageSets.SplitByPatient"/>.</summary>
    Unassigned,

    /// <summary>For training.</summary>
    Train,

    /// <summary>For choosing settings.</summary>
    Validation,

    /// <summary>For the reported numbers.</summary>
    Test,
}
