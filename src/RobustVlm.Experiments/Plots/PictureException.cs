namespace RobustVlm.Experiments.Plots;

/// <summary>A static picture could not be drawn; the message says what to do.</summary>
public sealed class PictureException : Exception
{
    /// <summary>Makes an exception without a message.</summary>
    public PictureException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">One sentence.</param>
    public PictureException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    /// <param name="message">One sentence.</param>
    /// <param name="innerException">The cause.</param>
    public PictureException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
