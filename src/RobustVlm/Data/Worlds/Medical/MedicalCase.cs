using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Medical;

/// <summary>Pictures of one class that are drawn together, and what is decided about them.</summary>
/// <param name="Label">Index of the class.</param>
/// <param name="Scene">Positions, random numbers of the pictures and smooth fields; the first <see cref="PatientFields"/> fields are the patient's.</param>
/// <param name="Patient">Random numbers of the patient: the same in all his pictures.</param>
/// <param name="Facts">Float tensor [n, 8], in [0, 1): decisions that captions read too.</param>
internal sealed record MedicalCase(int Label, Scene Scene, PhantomDraws Patient, Tensor Facts)
{
    /// <summary>Decisions about each picture that captions may name.</summary>
    internal const int FactColumns = 8;

    /// <summary>How many of the scene's smooth fields belong to the patient.</summary>
    internal const int PatientFields = 3;

    /// <summary>One of the decisions.</summary>
    /// <returns>Float tensor [n, 1, 1], in [0, 1).</returns>
    internal Tensor Fact(int column) => Facts.narrow(1, column, 1).unsqueeze(-1);

    /// <summary>The camera's colour balance and exposure, which differ from picture to picture as between clinics.</summary>
    /// <param name="cast">Largest deviation of a channel.</param>
    /// <param name="darkest">Lowest exposure.</param>
    /// <param name="brightest">Highest exposure.</param>
    /// <returns>Float tensor [n, 3, 1, 1], factors of the channels.</returns>
    internal Tensor Camera(double cast, double darkest, double brightest) =>
        cat([Scene.Draws.Bell(1, cast), Scene.Draws.Bell(1, cast), Scene.Draws.Bell(1, cast)], 1).unsqueeze(-1) * Scene.Draws.Uniform(darkest, brightest).unsqueeze(-1);

    /// <summary>-1 or 1 by one of the decisions.</summary>
    /// <returns>Float tensor [n, 1, 1]: -1 below one half.</returns>
    internal Tensor Sign(int column) => 1 - 2 * Fact(column).lt(0.5).to(ScalarType.Float32);
}
