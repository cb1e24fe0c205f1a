namespace TorchSharp;

/// <summary>How much a convolution pads.</summary>
public enum Padding
{
    /// <summary>Nothing.</summary>
    Valid = 0,

    /// <summary>So much that the output is as large as the input (stride 1 only).</summary>
    Same = 1,
}
