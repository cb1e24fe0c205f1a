using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Medical;

/// <summary>What a <see cref="MedicalWorld"/> has drawn.</summary>
/// <param name="Images">Float tensor [n, C, H, W], about 0 to 1; clamped later.</param>
/// <param name="Masks">Float tensors [n, H, W], 0 to 1, in the order of the world's mask names; a soft edge is cut at one half.</param>
internal sealed record MedicalPicture(Tensor Images, params Tensor[] Masks);
