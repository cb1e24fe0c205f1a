namespace RobustVlm.Data.Worlds;

/// <summary>One class of a <see cref="ClassFamily"/>.</summary>
/// <param name="Name">The class, e.g. "circle".</param>
/// <param name="Draw">Paints it into a scene, over the background.</param>
/// <param name="Phrases">With article, for captions: "a circle"; the first one is used in prompts; {colour} stands where a colour word may go ("a {colour} circle").</param>
internal sealed record FamilyClass(string Name, Action<Scene> Draw, params string[] Phrases);
