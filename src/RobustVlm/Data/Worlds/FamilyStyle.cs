namespace RobustVlm.Data.Worlds;

/// <summary>How the pictures of a <see cref="ClassFamily"/> vary, beyond what its classes draw.</summary>
internal sealed record FamilyStyle
{
    /// <summary>Smallest half width of the object, 1 being half of the picture.</summary>
    internal double LeastScale { get; init; } = 0.45;

    /// <summary>Largest half width of the object.</summary>
    internal double LargestScale { get; init; } = 0.85;

    /// <summary>Largest turn to either side in radians.</summary>
    internal double Turn { get; init; } = 0.3;

    /// <summary>How far the object may leave the middle; 1 lets it touch the border at its scale.</summary>
    internal double Wander { get; init; } = 0.9;

    /// <summary>Whether every second picture, by chance, is mirrored left to right.</summary>
    internal bool Mirrored { get; init; }

    /// <summary>Strength of the blobs and lines behind the object, 0 to 1.</summary>
    internal double Clutter { get; init; } = 0.5;

    /// <summary>Largest standard deviation of the pixel noise.</summary>
    internal double Noise { get; init; } = 0.05;

    /// <summary>Whether captions name the object's colour (<see cref="Scene.Ink"/> is used for it).</summary>
    internal bool NamesColour { get; init; } = true;

    /// <summary>Whether captions name the background's colour.</summary>
    internal bool NamesBackground { get; init; } = true;

    /// <summary>Whether captions may say where the object is.</summary>
    internal bool NamesPlace { get; init; } = true;

    /// <summary>Prompts for zero-shot classification; {0} is the class with its article.</summary>
    internal IReadOnlyList<string> Templates { get; init; } = ["a picture of {0}.", "an image of {0}.", "{0}."];
}
