using Microsoft.Win32.SafeHandles;

namespace RobustVlm.Data.Sets;

/// <summary>A file of records of one size, read where they are needed. Safe from several threads at once.</summary>
internal sealed class RecordFile
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly int _recordBytes;

    internal RecordFile(string path, int recordBytes)
    {
        (_path, _recordBytes) = (path, recordBytes);
        _file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(_file);
        if (length % recordBytes != 0)
        {
            throw new InvalidDataException($"{path} has {length} bytes, which are not whole records of {recordBytes}; it is cut off: copy it again.");
        }

        Count = (int)Math.Min(int.MaxValue, length / recordBytes);
    }

    internal int Count { get; }

    internal void Read(int record, int offset, Span<byte> target)
    {
        var at = ((long)record * _recordBytes) + offset;
        while (target.Length > 0)
        {
            var got = RandomAccess.Read(_file, target, at);
            if (got == 0)
            {
                throw new InvalidDataException($"{_path} ends in record {record}; copy it again.");
            }

            target = target[got..];
            at += got;
        }
    }
}
