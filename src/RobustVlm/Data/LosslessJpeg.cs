namespace RobustVlm.Data;

/// <summary>Undoes JPEG without loss as DICOM uses it (ITU-T T.81 H, Huffman codes). GDCM's decoder, which OpenCV would call, ends the process on damaged files.</summary>
internal sealed class LosslessJpeg
{
    private const int Tables = 4;
    private const int LongestCode = 16;

    private readonly byte[] _bytes;
    private readonly Func<string, InvalidDataException> _damaged;
    private readonly byte[][] _counts = new byte[Tables][];   // how many codes there are of each length
    private readonly byte[][] _sizes = new byte[Tables][];    // bits of the difference that each code stands for
    private int _at = 2;
    private int _held;
    private int _bits;

    private LosslessJpeg(byte[] bytes, Func<string, InvalidDataException> damaged) => (_bytes, _damaged) = (bytes, damaged);

    /// <summary>Decodes an image whose head was compared with these numbers.</summary>
    /// <param name="bytes">The JPEG.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="samples">Samples of a pixel.</param>
    /// <param name="precision">Bits of a sample.</param>
    /// <param name="damaged">Makes the sentence about what is wrong.</param>
    internal static int[] Decode(byte[] bytes, int height, int width, int samples, int precision, Func<string, InvalidDataException> damaged)
    {
        // Every sample takes a bit at least, so nothing is allocated for what cannot be there.
        if ((long)height * width * samples > 8L * bytes.Length)
        {
            throw damaged("is cut off in its pixels");
        }

        return new LosslessJpeg(bytes, damaged).Run(new int[height * width * samples], width, samples, precision);
    }

    private int[] Run(int[] values, int width, int samples, int precision)
    {
        var restart = 0;
        while (true)
        {
            var marker = Marker();
            var end = _at + Word();
            switch (marker)
            {
                case 0xC4: ReadTables(end); break;
                case 0xDD: restart = Word(); break;
                case 0xDA:
                    var (tables, predictor, shift) = ScanHead(samples);
                    _at = end;
                    Scan(values, width, tables, predictor, 1 << (precision - shift - 1), restart);
                    return shift == 0 ? values : Array.ConvertAll(values, value => value << shift);
                case 0xC3 or >= 0xE0: break;
                case >= 0xC0 and <= 0xCF: throw _damaged("holds a JPEG of another kind than it says");
                default: break;
            }

            _at = end;
        }
    }

    private void ReadTables(int end)
    {
        while (_at < end)
        {
            var place = Byte();
            if (place >= Tables)
            {
                throw _damaged("has a table of codes that JPEG without loss does not know");
            }

            var counts = new byte[LongestCode];
            for (var i = 0; i < LongestCode; i++)
            {
                counts[i] = (byte)Byte();
            }

            var sizes = new byte[counts.Sum(count => count)];
            for (var i = 0; i < sizes.Length; i++)
            {
                sizes[i] = (byte)Byte();
            }

            (_counts[place], _sizes[place]) = (counts, sizes);
        }
    }

    private (int[] Tables, int Predictor, int Shift) ScanHead(int samples)
    {
        if (Byte() != samples)
        {
            throw _damaged("holds its colours one after the other, which is not read here");
        }

        var tables = new int[samples];
        for (var i = 0; i < samples; i++)
        {
            _ = Byte();
            tables[i] = Byte() >> 4;
            if (tables[i] >= Tables || _counts[tables[i]] is null)
            {
                throw _damaged("lacks a table of codes");
            }
        }

        var predictor = Byte();
        _ = Byte();
        var shift = Byte() & 0xF;
        return predictor is >= 1 and <= 7 && shift < 8 ? (tables, predictor, shift) : throw _damaged("predicts its pixels in an unknown way");
    }

    private void Scan(int[] values, int width, int[] tables, int predictor, int first, int restart)
    {
        var (samples, begin, line) = (tables.Length, 0, width * tables.Length);
        if (restart % width != 0)
        {
            throw _damaged("starts anew within a line");
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (restart > 0 && i > 0 && i % (restart * (long)samples) == 0)
            {
                _bits = 0;
                begin = i;
                if (Marker() is not (>= 0xD0 and <= 0xD7))
                {
                    throw _damaged("lacks the mark of a new start");
                }
            }

            var (above, left) = (i - begin >= line, i % line >= samples);
            var predicted = (above, left) switch
            {
                (false, false) => first,
                (false, true) => values[i - samples],
                (true, false) => values[i - line],
                _ => Predicted(predictor, values[i - samples], values[i - line], values[i - line - samples]),
            };
            values[i] = (predicted + Difference(tables[i % samples])) & 0xFFFF;
        }
    }

    // Table H.1.
    private static int Predicted(int predictor, int a, int b, int c) => predictor switch
    {
        1 => a,
        2 => b,
        3 => c,
        4 => a + b - c,
        5 => a + ((b - c) >> 1),
        6 => b + ((a - c) >> 1),
        _ => (a + b) >> 1,
    };

    private int Difference(int table)
    {
        var size = Size(_counts[table], _sizes[table]);
        if (size is 0 or 16)
        {
            return size == 0 ? 0 : 1 << 15;
        }

        var value = 0;
        for (var k = 0; k < size; k++)
        {
            value = (value << 1) | Bit();
        }

        return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    }

    private int Size(byte[] counts, byte[] sizes)
    {
        var (code, lowest, place) = (0, 0, 0);
        foreach (var count in counts)
        {
            code |= Bit();
            if (code - lowest < count)
            {
                return code >= lowest && sizes[place + code - lowest] is <= 16 and var size ? size : throw _damaged("has codes that mean nothing");
            }

            place += count;
            (lowest, code) = ((lowest + count) << 1, code << 1);
        }

        throw _damaged("has codes that mean nothing");
    }

    private int Bit()
    {
        if (_bits == 0)
        {
            _held = Byte();
            if (_held == 0xFF && Byte() != 0)
            {
                throw _damaged("is cut off in its pixels");
            }

            _bits = 8;
        }

        return (_held >> --_bits) & 1;
    }

    private int Marker()
    {
        if (Byte() != 0xFF)
        {
            throw _damaged("has something else where a part of its JPEG should begin");
        }

        var marker = Byte();
        while (marker == 0xFF)
        {
            marker = Byte();
        }

        return marker;
    }

    private int Word()
    {
        var high = Byte();
        return (high << 8) | Byte();
    }

    private int Byte() => _at >= 0 && _at < _bytes.Length ? _bytes[_at++] : throw _damaged("is cut off in its pixels");
}
