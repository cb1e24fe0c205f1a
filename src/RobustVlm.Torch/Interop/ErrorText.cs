using System.Text.RegularExpressions;

namespace RobustVlm.Torch.Interop;

/// <summary>Makes libtorch's messages readable: the sentence that matters, on one line, and what to do about it.</summary>
internal static partial class ErrorText
{
    // The first entry whose part occurs in the message says what to do.
    private static readonly (string Part, string Advice)[] Advice =
    [
        ("isDifferentiableType", "A result of an integral type carries no gradient; call detach() first."),
        ("reduction == Reduction::", "The reduction must be one of nn.Reduction."),
        ("'CUDA' backend", "This libtorch was built without CUDA; use torch.CPU."),
        ("not compiled with CUDA", "This libtorch was built without CUDA; use torch.CPU."),
        ("to be on the same device", "Move them together with .to(device)."),
        ("meta tensor", "A tensor on the meta device has a shape but no data; make it on the CPU or on a GPU."),
        ("expected scalar type", "Convert one of them with .to(type), e.g. x.to(torch.float32)."),
        ("expected dtype", "Convert one of them with .to(type), e.g. x.to(torch.float32)."),
        ("to have the same dtype", "Convert one of them with .to(type), e.g. x.to(torch.float32)."),
        ("same dtype", "Convert one of them with .to(type), e.g. x.to(torch.float32)."),
        ("bias type (", "Convert the input with .to(type), or the whole module."),
        ("weight type (", "Convert the input with .to(type), or the whole module."),
        ("can't be cast to the desired output type", "Convert the tensor that is written to with .to(type), or use the operator that returns a new one."),
        ("not implemented for 'Half'", "Half precision is for GPUs; convert with .to(torch.float32) or .to(torch.bfloat16)."),
        ("not implemented for '", "Convert the operands with .to(torch.float32)."),
        ("Only Tensors of floating point", "Convert with .to(torch.float32) first."),
        ("does not require grad", "Call requires_grad_() on the input before computing with it, outside no_grad()."),
        ("a leaf Variable that requires grad", "Change it under torch.no_grad(), or change a clone()."),
        ("can be implicitly created only for scalar outputs", "Reduce it first with .sum() or .mean(), or pass grad_tensors."),
        ("shapes cannot be multiplied", "The inner sizes must agree; transpose or reshape one of them."),
        ("must match the size of tensor b", "Along each dimension, counted from the last, sizes must be equal or 1; use unsqueeze or view."),
        ("must match the existing size", "Only dimensions of size 1 can be expanded."),
        ("is invalid for input of size", "The product of the sizes must be the number of elements; -1 stands for one size to be worked out."),
        ("index out of range in self", "Every index must be at least 0 and below the number of rows of the table."),
        ("Sizes of tensors must match except in dimension", "Only along that dimension may they differ."),
        ("you tried to allocate", "Use smaller tensors or batches, and free what is no longer needed with NewDisposeScope()."),
    ];

    /// <summary>The message on one line, without libtorch's own source lines, with advice where there is some.</summary>
    internal static string Readable(string message)
    {
        var sentence = FirstParagraph(message);
        foreach (var (part, advice) in Advice)
        {
            if (sentence.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return $"{sentence.TrimEnd('.', ' ')}. {advice}";
            }
        }

        return sentence;
    }

    // libtorch appends hints about dispatch registrations and its own source lines after the sentence that matters.
    private static string FirstParagraph(string message)
    {
        var exceptionRaised = message.IndexOf("\nException raised from", StringComparison.Ordinal);
        if (exceptionRaised >= 0)
        {
            message = message[..exceptionRaised];
        }

        var hint = message.IndexOf(". This could be because", StringComparison.Ordinal);
        message = hint < 0 ? message : message[..(hint + 1)];
        var lines = message.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "libtorch failed without a message" : InternalAssertion().Replace(lines[0], "The arguments do not fit together: libtorch requires '$1'.");
    }

    // libtorch's own contradictions are reached by arguments that it does not check.
    [GeneratedRegex("""^(.*) INTERNAL ASSERT FAILED at .*, please report a bug to PyTorch\.""")]
    private static partial Regex InternalAssertion();
}
