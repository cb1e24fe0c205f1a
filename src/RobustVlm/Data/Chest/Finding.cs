namespace RobustVlm.Data.Chest;

/// <summary>What a chest radiograph shows: nothing abnormal or one of six findings. The values are class indices.</summary>
public enum Finding
{
    /// <summary>No finding.</summary>
    Normal,

    /// <summary>An enlarged heart.</summary>
    Cardiomegaly,

    /// <summary>Fluid round one lung; it collects at the base.</summary>
    PleuralEffusion,

    /// <summary>Part of one lung filled with fluid or cells instead of air.</summary>
    Consolidation,

    /// <summary>Air round one lung, which has partly collapsed; it collects at the apex and the wall.</summary>
    Pneumothorax,

    /// <summary>A small round opacity.</summary>
    Nodule,

    /// <summary>Fluid in both lungs, most of it round the hila.</summary>
    Edema,
}
