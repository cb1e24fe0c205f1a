namespace RobustVlm.Kernel.Notebooks;

/// <summary>A notebook, a file beside it or an argument cannot be used; the message is one sentence for the user.</summary>
internal sealed class NotebookException : Exception
{
    public NotebookException(string message)
        : base(message)
    {
    }

    public NotebookException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
