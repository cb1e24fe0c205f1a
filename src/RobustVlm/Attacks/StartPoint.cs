namespace RobustVlm.Attacks;

/// <summary>Where an attack in the space of embeddings starts.</summary>
public enum StartPoint
{
    /// <summary>At the image itself; useless for objectives whose gradient is zero there.</summary>
    Clean,

    /// <summary>Uniform over the ball.</summary>
    Uniform,

    /// <summary>Every pixel brighter by a uniform share of the budget, as in Co-Attack's code; for L2 as <see cref="Uniform"/>.</summary>
    Brighter,
}
