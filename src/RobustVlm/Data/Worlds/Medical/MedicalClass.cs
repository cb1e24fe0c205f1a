namespace RobustVlm.Data.Worlds.Medical;

/// <summary>One class of a <see cref="MedicalWorld"/>.</summary>
/// <param name="Name">The class, e.g. "melanoma".</param>
/// <param name="Phrases">Ways to name it in a sentence, with article where it needs one; the first one is used in prompts.</param>
internal sealed record MedicalClass(string Name, params string[] Phrases);
