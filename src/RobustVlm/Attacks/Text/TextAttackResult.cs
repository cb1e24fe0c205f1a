namespace RobustVlm.Attacks.Text;

/// <summary>How an attack on a text's class ended.</summary>
public enum TextAttackEnd
{
    /// <summary>The classifier was wrong about the text as it is; nothing was changed.</summary>
    WrongBefore,

    /// <summary>The classifier answers another class.</summary>
    Fooled,

    /// <summary>All words were tried.</summary>
    OutOfWords,

    /// <summary>As many words were changed as allowed.</summary>
    OutOfChanges,
}

/// <summary>What became of one text.</summary>
/// <param name="Text">The text, changed as far as the attack came.</param>
/// <param name="End">How the attack ended.</param>
/// <param name="Changes">Number of words that differ.</param>
/// <param name="Queries">Texts the classifier was shown for it.</param>
public sealed record TextAttackResult(string Text, TextAttackEnd End, int Changes, int Queries);
