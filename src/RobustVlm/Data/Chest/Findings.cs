namespace RobustVlm.Data.Chest;

/// <summary>Facts about the values of <see cref="Finding"/>.</summary>
public static class Findings
{
    private static readonly string[] s_names =
        ["normal", "cardiomegaly", "pleural effusion", "consolidation", "pneumothorax", "nodule", "edema"];

    /// <summary>All seven in the order of their class indices.</summary>
    public static IReadOnlyList<Finding> All { get; } = Enum.GetValues<Finding>();

    /// <summary>Names in the order of the class indices, for axes and tables.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>The name in lower case.</summary>
    /// <param name="finding">A finding.</param>
    /// <returns>For example "pleural effusion".</returns>
    public static string Name(this Finding finding) => s_names[(int)finding];

    /// <summary>Whether it lies on one side of the body.</summary>
    /// <param name="finding">A finding.</param>
    /// <returns>True for effusion, consolidation, pneumothorax and nodule.</returns>
    public static bool HasSide(this Finding finding) =>
        finding is Finding.PleuralEffusion or Finding.Consolidation or Finding.Pneumothorax or Finding.Nodule;

    /// <summary>Whether it can lie in any zone of the lung.</summary>
    /// <param name="finding">A finding.</param>
    /// <returns>True for consolidation and nodule.</returns>
    public static bool HasZone(this Finding finding) => finding is Finding.Consolidation or Finding.Nodule;
}
