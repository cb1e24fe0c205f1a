namespace TorchSharp;

/// <content>Results that go into a tensor of the caller's, or nowhere.</content>
public static partial class torch
{
    /// <summary>Puts a result into the caller's tensor where one was given.</summary>
    /// <param name="target">Tensor of any shape; takes the result's shape, keeps its type. Null to keep the result itself.</param>
    /// <param name="result">Tensor [...]; freed when copied.</param>
    internal static Tensor Into(Tensor? target, Tensor result)
    {
        if (target is null)
        {
            return result;
        }

        using (result)
        {
            return Aten.resize_(target, result.shape, null).copy_(result);
        }
    }

    internal static Tensor? Drop(Tensor unused)
    {
        unused?.Dispose();
        return null;
    }
}
