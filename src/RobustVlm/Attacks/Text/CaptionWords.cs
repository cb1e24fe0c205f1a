using System.Text.RegularExpressions;

namespace RobustVlm.Attacks.Text;

/// <summary>A caption as words with what lies between them: blanks and punctuation, which attacks leave alone.</summary>
internal sealed partial class CaptionWords
{
    private readonly string[] _gaps;   // one more than words

    private CaptionWords(string[] words, string[] gaps) => (Words, _gaps) = (words, gaps);

    /// <summary>The words as written.</summary>
    internal IReadOnlyList<string> Words { get; }

    internal static CaptionWords Of(string caption)
    {
        var matches = Word().Matches(caption);
        var gaps = new string[matches.Count + 1];
        var end = 0;
        for (var i = 0; i < matches.Count; i++)
        {
            gaps[i] = caption[end..matches[i].Index];
            end = matches[i].Index + matches[i].Length;
        }

        gaps[^1] = caption[end..];
        return new CaptionWords([.. matches.Select(match => match.Value)], gaps);
    }

    /// <summary>The caption with other words in place of some.</summary>
    /// <param name="place">Position of the word.</param>
    /// <param name="word">The new word, in lower case; it takes over a capital at the beginning.</param>
    internal CaptionWords With(int place, string word)
    {
        var capital = char.IsUpper(Words[place][0]) && word.Length > 0;
        string[] words = [.. Words];
        words[place] = capital ? char.ToUpperInvariant(word[0]) + word[1..] : word;
        return new CaptionWords(words, _gaps);
    }

    /// <summary>Words in lower case and marks between them, each with the position of its word or -1.</summary>
    internal IEnumerable<(string Text, int Word)> Parts()
    {
        for (var i = 0; i < _gaps.Length; i++)
        {
            foreach (var mark in _gaps[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                yield return (mark, -1);
            }

            if (i < Words.Count)
            {
                yield return (Words[i].ToLowerInvariant(), i);
            }
        }
    }

    public override string ToString() => string.Concat(_gaps.Zip(Words.Append(""), (gap, word) => gap + word));

    // Letters and digits, with marks inside as in x-ray or doesn't.
    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+(?:[-'’./][\p{L}\p{M}\p{N}]+)*")]
    private static partial Regex Word();
}
