namespace RobustVlm.Privacy;

/// <summary>What an attacker has to be able to ask.</summary>
public enum AttackAccess
{
    /// <summary>The network's prediction for any input and noise level.</summary>
    GreyBox,

    /// <summary>Variations of an image: it goes in, changed images come out.</summary>
    Variations,

    /// <summary>Images for a caption, or for none.</summary>
    Generation,
}
