using System.Text;

namespace RobustVlm.Data.Text;

/// <summary>
/// The 256 printable characters that stand for the 256 bytes in byte-level vocabularies (Radford et al. 2019): printable
/// Latin-1 characters for themselves, the others from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = new char[256];
    private static readonly Dictionary<char, byte> s_bytes = [];

    static ByteAlphabet()
    {
        var order = new List<char>();
        var next = 256;
        foreach (var value in Enumerable.Range(0, 256).OrderBy(value => IsPrintable(value) ? 0 : 1))
        {
            var character = (char)(IsPrintable(value) ? value : next++);
            s_characters[value] = character;
            s_bytes[character] = (byte)value;
            order.Add(character);
        }

        InVocabularyOrder = order;
    }

    /// <summary>The characters in the order in which vocabularies begin with them.</summary>
    internal static IReadOnlyList<char> InVocabularyOrder { get; }

    internal static string Encode(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(value => s_characters[value]));

    /// <summary>The text behind the characters; bytes that are no UTF-8 become U+FFFD.</summary>
    internal static string Decode(string characters) =>
        Encoding.UTF8.GetString([.. characters.Where(s_bytes.ContainsKey).Select(character => s_bytes[character])]);

    private static bool IsPrintable(int value) => value is (>= '!' and <= '~') or (>= 0xa1 and <= 0xac) or (>= 0xae and <= 0xff);
}
