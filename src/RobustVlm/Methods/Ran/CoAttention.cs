using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>Parallel co-attention (Lu et al. 2016, arXiv:1606.00061): one vector for an image and a question about it, from the tokens of both.</summary>
/// <remarks>Of RAN (Han et al. 2024, arXiv:2407.02716) only the word co-attention is known for this place; the form is our choice.</remarks>
public sealed class CoAttention : nn.Module
{
    // Field names are the keys of a checkpoint file.
    private readonly Parameter affinity;          // [D, D]
    private readonly Parameter image_weight;      // [D, k]
    private readonly Parameter question_weight;   // [D, k]
    private readonly Parameter image_score;       // [k]
    private readonly Parameter question_score;    // [k]

    /// <summary>Makes a module.</summary>
    /// <param name="width">Length D of a token.</param>
    /// <param name="attentionWidth">Width k of the attention.</param>
    /// <param name="random">Source of the initial weights.</param>
    public CoAttention(int width, int attentionWidth, Generator random)
        : base(nameof(CoAttention))
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(attentionWidth, 1);
        (affinity, image_weight, question_weight) = (Matrix(width, width), Matrix(width, attentionWidth), Matrix(width, attentionWidth));
        (image_score, question_score) = (Vector(attentionWidth), Vector(attentionWidth));
        RegisterComponents();

        Parameter Matrix(int rows, int columns) => Drawn(empty(rows, columns), rows);
        Parameter Vector(int length) => Drawn(empty(length), length);
        Parameter Drawn(Tensor weight, int inputs)
        {
            InitialWeights.Uniform(weight, null, inputs, random);
            return new Parameter(weight);
        }
    }

    /// <summary>Fuses images and questions.</summary>
    /// <param name="image">Float tensor [N, V, D], tokens of the images.</param>
    /// <param name="question">Float tensor [N, Q, D], tokens of the questions.</param>
    /// <param name="isWord">Bool tensor [N, Q], false for padding, which gets no attention; at least one true in a row.</param>
    /// <returns>Float tensor [N, 2 D]: what was looked at in the image, then in the question.</returns>
    public Tensor Fuse(Tensor image, Tensor question, Tensor isWord)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(isWord);
        if (image.dim() != 3 || question.dim() != 3 || image.shape[0] != question.shape[0] || image.shape[2] != question.shape[2] || isWord.dim() != 2 || isWord.shape[0] != question.shape[0] || isWord.shape[1] != question.shape[1])
        {
            throw new ArgumentException("Give image tokens [N, V, D], question tokens [N, Q, D] and a mask [N, Q] of the same N.", nameof(image));
        }

        using var scope = NewDisposeScope();

        // Padding takes no part in the affinities either.
        var words = question * isWord.unsqueeze(-1).to(question.dtype);
        var related = words.matmul(affinity).matmul(image.transpose(1, 2)).tanh();   // (N, Q, V)
        var (images, questions) = (image.matmul(image_weight), words.matmul(question_weight));
        var ofImage = (images + related.transpose(1, 2).matmul(questions)).tanh().matmul(image_score).softmax(1);
        var ofQuestion = (questions + related.matmul(images)).tanh().matmul(question_score)
            .masked_fill(isWord.logical_not(), double.NegativeInfinity).softmax(1);
        return cat([(ofImage.unsqueeze(-1) * image).sum(1), (ofQuestion.unsqueeze(-1) * question).sum(1)], 1).MoveToOuterDisposeScope();
    }
}
