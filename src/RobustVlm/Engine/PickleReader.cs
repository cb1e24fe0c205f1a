using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace RobustVlm.Engine;

/// <summary>
/// Reads Python's pickle format as data. Functions and classes that a pickle names are never looked up: they stay names, and what
/// they would have made becomes a <see cref="PickleCall"/>. So a file can describe anything and do nothing.
/// </summary>
internal sealed class PickleReader
{
    private const int DeepestStack = 1 << 20;

    private static readonly object Mark = new();

    private readonly byte[] _bytes;
    private readonly string _source;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _at;

    private PickleReader(byte[] bytes, int start, string source) => (_bytes, _at, _source) = (bytes, start, source);

    /// <summary>Reads one value.</summary>
    /// <param name="bytes">Bytes that hold a pickle.</param>
    /// <param name="at">Where it starts; set behind its end.</param>
    /// <param name="source">The file, for messages.</param>
    /// <returns>null, bool, long, BigInteger, double, string, byte[], List, object?[] (a tuple), Dictionary, or a <see cref="PickleCall"/>.</returns>
    /// <exception cref="InvalidDataException">The bytes are no complete pickle.</exception>
    internal static object? Read(byte[] bytes, ref int at, string source)
    {
        var reader = new PickleReader(bytes, at, source);
        try
        {
            var value = reader.Run();
            at = reader._at;
            return value;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or InvalidCastException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"{source} is damaged: its object list cannot be read near byte {reader._at}; copy the file again.", e);
        }
    }

    private object? Run()
    {
        while (true)
        {
            if (_stack.Count > DeepestStack)
            {
                throw Damaged("it nests too deeply");
            }

            var code = (char)Byte();
            if (code == '.')
            {
                return Pop();
            }

            if (!Constant(code) && !Container(code) && !Memory(code) && !Object(code))
            {
                throw Damaged($"it holds the unknown instruction 0x{(int)code:x2}");
            }
        }
    }

    private bool Constant(char code)
    {
        object? value = null;
        switch (code)
        {
            case 'N': break;
            case '\x88': value = true; break;
            case '\x89': value = false; break;
            case 'K': value = (long)Byte(); break;
            case 'M': value = (long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)); break;
            case 'J': value = (long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)); break;
            case '\x8a': value = Whole(Take(Byte())); break;
            case '\x8b': value = Whole(Take(Length(4))); break;
            case 'G': value = BinaryPrimitives.ReadDoubleBigEndian(Take(8)); break;
            case 'F': value = double.Parse(Line(), CultureInfo.InvariantCulture); break;
            case 'I': value = Line() switch { "00" => false, "01" => true, var text => long.Parse(text, CultureInfo.InvariantCulture) }; break;
            case 'L': value = Whole(BigInteger.Parse(Line().TrimEnd('L'), CultureInfo.InvariantCulture).ToByteArray()); break;
            case 'X': value = Text(Length(4)); break;
            case '\x8c': value = Text(Byte()); break;
            case '\x8d': value = Text(Length(8)); break;
            case 'U': value = Latin(Byte()); break;
            case 'T': value = Latin(Length(4)); break;
            case 'S': value = Line().Trim('\'', '"'); break;
            case 'V': value = Line(); break;
            case 'C': value = Take(Byte()).ToArray(); break;
            case 'B': value = Take(Length(4)).ToArray(); break;
            case '\x8e': value = Take(Length(8)).ToArray(); break;
            case '\x80': _ = Byte(); return true;   // protocol
            case '\x95': _ = Take(8); return true;   // frame
            default: return false;
        }

        _stack.Add(value);
        return true;
    }

    private bool Container(char code)
    {
        switch (code)
        {
            case '(': _stack.Add(Mark); return true;
            case '0': Pop(); return true;
            case '1': PopToMark(); return true;
            case '2': _stack.Add(Top()); return true;
            case ']': _stack.Add(new List<object?>()); return true;
            case 'l': _stack.Add(PopToMark().ToList()); return true;
            case 'a': Append([Pop()]); return true;
            case 'e': Append(PopToMark()); return true;
            case ')': _stack.Add(Array.Empty<object?>()); return true;
            case 't': _stack.Add(PopToMark()); return true;
            case '\x85': _stack.Add(PopMany(1)); return true;
            case '\x86': _stack.Add(PopMany(2)); return true;
            case '\x87': _stack.Add(PopMany(3)); return true;
            case '}': _stack.Add(new Dictionary<object, object?>()); return true;
            case 'd':
                var entries = PopToMark();
                _stack.Add(new Dictionary<object, object?>());
                SetItems(entries);
                return true;
            case 's': SetItems(PopMany(2)); return true;
            case 'u': SetItems(PopToMark()); return true;
            case '\x8f': _stack.Add(new List<object?>()); return true;   // a set
            case '\x90': Append(PopToMark()); return true;
            case '\x91': _stack.Add(PopToMark().ToList()); return true;
            default: return false;
        }
    }

    private bool Memory(char code)
    {
        switch (code)
        {
            case 'p': _memo[long.Parse(Line(), CultureInfo.InvariantCulture)] = Top(); return true;
            case 'q': _memo[Byte()] = Top(); return true;
            case 'r': _memo[Length(4)] = Top(); return true;
            case '\x94': _memo[_memo.Count] = Top(); return true;
            case 'g': Recall(long.Parse(Line(), CultureInfo.InvariantCulture)); return true;
            case 'h': Recall(Byte()); return true;
            case 'j': Recall(Length(4)); return true;
            default: return false;
        }
    }

    private bool Object(char code)
    {
        switch (code)
        {
            case 'c': _stack.Add(new PickleName($"{Line()}.{Line()}")); return true;
            case '\x93':
                var name = PopMany(2);
                _stack.Add(new PickleName($"{name[0]}.{name[1]}"));
                return true;
            case 'R' or '\x81':
                var call = PopMany(2);
                _stack.Add(Made(call[0], call[1] as object?[] ?? [call[1]]));
                return true;
            case '\x92':
                var keyed = PopMany(3);
                _stack.Add(Made(keyed[0], keyed[1] as object?[] ?? []));
                return true;
            case 'b':
                var state = Pop();
                if (Top() is PickleCall made)
                {
                    made.State = state;
                }

                return true;
            case 'Q':
                _stack.Add(new PickleReference(Pop() is { } id and (string or long or object?[]) ? id : throw Damaged("it refers to something stored elsewhere by what is no name")));
                return true;
            case 'P': _stack.Add(new PickleReference(Line())); return true;
            default: return false;
        }
    }

    // An ordered dictionary is a dictionary; its entries follow, or are its only argument.
    private static object Made(object? function, object?[] arguments)
    {
        if (function is not PickleName { Name: "collections.OrderedDict" })
        {
            return new PickleCall((function as PickleName)?.Name ?? "an unnamed function", arguments);
        }

        var made = new Dictionary<object, object?>();
        foreach (var pair in arguments is [List<object?> pairs] ? pairs : [])
        {
            if (pair is object?[] and [{ } key, var value])
            {
                made[key] = value;
            }
        }

        return made;
    }

    private void Append(object?[] values)
    {
        if (Top() is List<object?> list)
        {
            list.AddRange(values);
        }
    }

    private void SetItems(object?[] entries)
    {
        if (Top() is not Dictionary<object, object?> dictionary)
        {
            return;   // an object of a class nobody looks at
        }

        for (var i = 0; i + 1 < entries.Length; i += 2)
        {
            dictionary[entries[i] ?? "None"] = entries[i + 1];
        }
    }

    private void Recall(long index) => _stack.Add(_memo.TryGetValue(index, out var value) ? value : throw Damaged($"it refers to entry {index}, which it does not have"));

    private object? Top() => _stack.Count > 0 ? _stack[^1] : throw Damaged("it takes from an empty stack");

    private object? Pop()
    {
        var top = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private object?[] PopMany(int count)
    {
        var values = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(Mark);
        if (mark < 0)
        {
            throw Damaged("a list ends that never began");
        }

        var values = _stack.GetRange(mark + 1, _stack.Count - mark - 1).ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private byte Byte() => Take(1)[0];

    private long Length(int bytes)
    {
        var raw = Take(bytes);
        return bytes == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(raw) : BinaryPrimitives.ReadInt64LittleEndian(raw);
    }

    // Checked against what is there before anything is allocated.
    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _bytes.Length - _at)
        {
            throw Damaged("it ends too early");
        }

        var taken = _bytes.AsSpan(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    private string Line()
    {
        var end = Array.IndexOf(_bytes, (byte)'\n', _at);
        if (end < 0)
        {
            throw Damaged("it ends too early");
        }

        var line = Encoding.UTF8.GetString(_bytes, _at, end - _at);
        _at = end + 1;
        return line;
    }

    private string Text(long length) => Encoding.UTF8.GetString(Take(length));

    private string Latin(long length) => Encoding.Latin1.GetString(Take(length));

    private static object Whole(ReadOnlySpan<byte> bytes)
    {
        const int longest = sizeof(long);
        if (bytes.Length > longest)
        {
            return new BigInteger(bytes);
        }

        Span<byte> padded = stackalloc byte[longest];
        padded.Fill(bytes.Length > 0 && (bytes[^1] & 0x80) != 0 ? (byte)0xff : (byte)0);
        bytes.CopyTo(padded);
        return BinaryPrimitives.ReadInt64LittleEndian(padded);
    }

    private InvalidDataException Damaged(string problem) => new($"{_source} is damaged: {problem} (byte {_at} of its object list); copy the file again.");
}

/// <summary>The name of a function or class.</summary>
internal sealed record PickleName(string Name);

/// <summary>What a function would have made.</summary>
internal sealed class PickleCall(string name, object?[] arguments)
{
    internal string Name { get; } = name;

    internal object?[] Arguments { get; } = arguments;

    internal object? State { get; set; }
}

/// <summary>A reference to something stored outside the pickle.</summary>
/// <remarks>No record: printing or comparing one would go down into whatever the file nests in it.</remarks>
internal sealed class PickleReference(object id)
{
    /// <summary>A string, a long or a tuple.</summary>
    internal object Id { get; } = id;
}
