namespace RobustVlm.Data.Chest;

/// <summary>The patient's side. The patient's left is on the right of the picture.</summary>
public enum BodySide
{
    /// <summary>The patient's right.</summary>
    Right,

    /// <summary>The patient's left.</summary>
    Left,
}

/// <summary>How marked a finding is: thirds of the severity scale.</summary>
public enum Severity
{
    /// <summary>The lowest third.</summary>
    Mild,

    /// <summary>The middle third.</summary>
    Moderate,

    /// <summary>The highest third.</summary>
    Severe,
}

/// <summary>Height in the lung.</summary>
public enum LungZone
{
    /// <summary>Above the hilum.</summary>
    Upper,

    /// <summary>At the hilum.</summary>
    Middle,

    /// <summary>Below the hilum.</summary>
    Lower,
}

/// <summary>Where and how a radiograph was taken; the two differ in contrast, noise, posture and what lies on the patient.</summary>
public enum RadiographSite
{
    /// <summary>Radiology department: standing, from back to front, high contrast, little noise.</summary>
    Upright,

    /// <summary>Bedside: lying, from front to back, low contrast, more noise, wider heart, leads and tubes.</summary>
    Portable,
}

/// <summary>What makes radiographs of an unknown site look unlike those that a model learned from.</summary>
public enum RadiographShift
{
    /// <summary>Nothing: the sites as they are.</summary>
    None,

    /// <summary>A film from an archive in a cheap scanner: blurred, low contrast, dark corners, scratches, a label with writing.</summary>
    OldFilm,

    /// <summary>A failing bedside unit: turned patient, wrong exposure, strong noise, thick lines and electrodes across the chest.</summary>
    NoisyBedside,
}
