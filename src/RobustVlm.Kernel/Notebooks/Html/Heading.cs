namespace RobustVlm.Kernel.Notebooks.Html;

/// <summary>A heading of the page: its level 1 to 6, its unique id and its words.</summary>
internal sealed record Heading(int Level, string Id, string Text);
