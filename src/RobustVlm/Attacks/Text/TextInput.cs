using static TorchSharp.torch;

namespace RobustVlm.Attacks.Text;

/// <summary>The checks at the border of text attacks.</summary>
internal static class TextInput
{
    internal static void Check(IImageTextModel model, IReadOnlyList<string> captions, Generator random)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(random);
        Check(captions);
    }

    internal static void Check(IReadOnlyList<string> captions)
    {
        ArgumentNullException.ThrowIfNull(captions);
        if (captions.Count == 0 || captions.Any(caption => caption is null))
        {
            throw new ArgumentException("Give at least one caption, none of them null; an empty one is allowed.", nameof(captions));
        }
    }
}
