using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>What went wrong inside libtorch.</summary>
public enum TorchErrorKind
{
    /// <summary>Anything not listed below.</summary>
    Error = 1,

    /// <summary>A dimension or index is out of range.</summary>
    Index = 2,

    /// <summary>An argument has the wrong type.</summary>
    Type = 3,

    /// <summary>An argument has a value that is not allowed.</summary>
    Value = 4,

    /// <summary>The operator does not exist for this device or type.</summary>
    NotImplemented = 5,

    /// <summary>The memory does not suffice.</summary>
    OutOfMemory = 6,
}

/// <summary>An error reported by libtorch: its own sentence, the operator, and the operands' shapes.</summary>
public sealed class TorchException : ExternalException
{
    /// <summary>Makes an exception without details.</summary>
    public TorchException()
        : this("libtorch failed")
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">What went wrong.</param>
    public TorchException(string message)
        : this(message, TorchErrorKind.Error)
    {
    }

    /// <summary>Makes an exception with a message and a cause.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public TorchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception with a message and a kind.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="kind">The kind of error.</param>
    public TorchException(string message, TorchErrorKind kind)
        : base(message) => Kind = kind;

    /// <summary>The kind of error.</summary>
    public TorchErrorKind Kind { get; } = TorchErrorKind.Error;
}
