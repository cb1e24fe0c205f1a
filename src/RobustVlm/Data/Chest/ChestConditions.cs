using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>The conditions that can be present together: the labels of NIH ChestX-ray14 in its order, then tuberculosis.</summary>
internal static class ChestConditions
{
    internal const int Atelectasis = 0;
    internal const int Cardiomegaly = 1;
    internal const int Effusion = 2;
    internal const int Infiltration = 3;
    internal const int Mass = 4;
    internal const int Nodule = 5;
    internal const int Pneumonia = 6;
    internal const int Pneumothorax = 7;
    internal const int Consolidation = 8;
    internal const int Edema = 9;
    internal const int Emphysema = 10;
    internal const int Fibrosis = 11;
    internal const int PleuralThickening = 12;
    internal const int Hernia = 13;
    internal const int Tuberculosis = 14;

    /// <summary>Number of conditions.</summary>
    internal const int Count = 15;

    /// <summary>1 where a condition that anatomy and vessels know is present.</summary>
    /// <param name="conditions">Float tensor [N, 15], 0 or 1.</param>
    /// <param name="finding">Cardiomegaly or edema; all else is drawn elsewhere and counts as absent here.</param>
    /// <returns>Float tensor [N, 1, 1].</returns>
    internal static Tensor Of(Tensor conditions, Finding finding) => finding switch
    {
        Finding.Cardiomegaly => Column(conditions, Cardiomegaly),
        Finding.Edema => Column(conditions, Edema),
        _ => zeros_like(Column(conditions, Edema)),
    };

    /// <summary>1 where a condition is present.</summary>
    /// <param name="conditions">Float tensor [N, 15], 0 or 1.</param>
    /// <param name="condition">Its index.</param>
    /// <returns>Float tensor [N, 1, 1].</returns>
    internal static Tensor Column(Tensor conditions, int condition) => conditions.narrow(1, condition, 1).unsqueeze(-1);

    /// <summary>Cases with several conditions each.</summary>
    /// <param name="conditions">Float tensor [N, 15], 0 or 1.</param>
    /// <param name="options">Site, patients and least severity.</param>
    /// <param name="random">Source of all randomness.</param>
    internal static PhantomCases Cases(Tensor conditions, ChestPhantomOptions options, Generator random)
    {
        var labels = conditions.sum([1]).gt(0).to(ScalarType.Int64);   // only whether there is a severity
        return PhantomCases.Draw(labels, options, random) with { Conditions = conditions };
    }
}
