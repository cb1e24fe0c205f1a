namespace RobustVlm.Data.Sets;

/// <summary>What an image set is for.</summary>
public enum ImageTask
{
    /// <summary>One class for each image.</summary>
    SingleLabel,

    /// <summary>For each image and class whether it is there; the answer can be uncertain or unknown.</summary>
    MultiLabel,

    /// <summary>A mask for each image.</summary>
    Segmentation,

    /// <summary>A text for each image.</summary>
    ImageText,
}
