namespace RobustVlm.Models;

/// <summary>One number for each colour channel; grey images use the first.</summary>
/// <param name="First">Red or grey.</param>
/// <param name="Second">Green.</param>
/// <param name="Third">Blue.</param>
public readonly record struct ChannelValues(double First, double Second, double Third)
{
    /// <summary>Means of the ImageNet photographs, which torchvision's and most of timm's networks subtract.</summary>
    public static ChannelValues ImageNetMean { get; } = new(0.485, 0.456, 0.406);

    /// <summary>Deviations of the ImageNet photographs.</summary>
    public static ChannelValues ImageNetDeviation { get; } = new(0.229, 0.224, 0.225);

    /// <summary>Means that OpenAI's CLIP models subtract.</summary>
    public static ChannelValues ClipMean { get; } = new(0.48145466, 0.4578275, 0.40821073);

    /// <summary>Deviations that OpenAI's CLIP models divide by.</summary>
    public static ChannelValues ClipDeviation { get; } = new(0.26862954, 0.26130258, 0.27577711);

    /// <summary>Whether all three are the same.</summary>
    internal bool IsOne => First.Equals(Second) && First.Equals(Third);

    /// <summary>The same number for all channels.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The three of them.</returns>
    public static ChannelValues Same(double value) => new(value, value, value);

    /// <summary>The numbers of the first channels.</summary>
    /// <param name="channels">1 or 3.</param>
    /// <returns>As many numbers.</returns>
    internal double[] Take(int channels) => new[] { First, Second, Third }[..channels];
}
