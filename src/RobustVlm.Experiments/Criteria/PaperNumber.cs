namespace RobustVlm.Experiments.Criteria;

/// <summary>A number as a paper or another source gives it.</summary>
/// <param name="Text">The number in words and digits, e.g. <c>about 0.17 % trainable parameters</c>.</param>
/// <param name="Mark">How far it can be trusted, e.g. <c>abstract</c>, <c>table 2</c>, <c>figure, read off</c>, <c>second-hand</c>.</param>
public sealed record PaperNumber(string Text, string Mark)
{
    /// <summary>The paper gives none, or none could be read.</summary>
    public static PaperNumber None { get; } = new("none found", "");

    /// <inheritdoc/>
    public override string ToString() => Mark.Length > 0 ? $"{Text} [{Mark}]" : Text;
}
