namespace RobustVlm.Methods.Ran;

/// <summary>What of a poisoned pair is poisoned. The outcome depends on it, so it belongs to every curve over the noise ratio.</summary>
public enum NoisePairing
{
    /// <summary>Attacked image and false caption.</summary>
    Both,

    /// <summary>Attacked image and true caption: plain adversarial training, which may well help.</summary>
    ImageOnly,

    /// <summary>Clean image and false caption: label noise.</summary>
    TextOnly,
}
