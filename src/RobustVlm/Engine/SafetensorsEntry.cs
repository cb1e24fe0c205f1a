using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>Where one tensor lies in a safetensors file.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Size of each dimension; empty for a single number.</param>
/// <param name="Offset">First byte, counted from the end of the header.</param>
/// <param name="Length">Number of bytes.</param>
public sealed record SafetensorsEntry(torch.ScalarType Type, IReadOnlyList<long> Shape, long Offset, long Length);
