namespace RobustVlm.Models;

/// <summary>Number of residual blocks in each of the four stages of a ResNet.</summary>
/// <param name="First">At a quarter of the image's size.</param>
/// <param name="Second">At an eighth.</param>
/// <param name="Third">At a sixteenth.</param>
/// <param name="Fourth">At a thirty-second.</param>
public readonly record struct StageDepths(int First, int Second, int Third, int Fourth)
{
    /// <summary>The four of them.</summary>
    internal int[] ToArray() => [First, Second, Third, Fourth];
}
