using RobustVlm.Methods.Training;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>A batch of a training step, with what student and teacher say of it. Each pass is made when first asked for, and only once.</summary>
public sealed class FineTuningBatch
{
    private readonly FineTuningModels _models;
    private readonly TrainingStep _step;
    private EncodedImages? _adversarial;
    private EncodedImages? _clean;
    private EncodedImages? _teacherOnAdversarial;
    private EncodedImages? _teacherOnClean;

    internal FineTuningBatch(FineTuningModels models, TrainingStep step, Tensor images, Tensor labels)
    {
        (_models, _step) = (models, step);
        (Images, Labels, AttackedImages) = (images, labels, images);
    }

    /// <summary>Float tensor [B, C, H, W], pixels in [0, 1], in the pictures' own size.</summary>
    public Tensor Images { get; }

    /// <summary>Float tensor [B, C, H, W], pixels in [0, 1]; the clean pictures before an attack, or without one.</summary>
    public Tensor AttackedImages { get; internal set; }

    /// <summary>Long tensor [B], class indices in [0, K).</summary>
    public Tensor Labels { get; }

    /// <summary>The student on the attacked pictures, with a gradient.</summary>
    public EncodedImages Adversarial => _adversarial ??= Student(AttackedImages);

    /// <summary>The student on the clean pictures, with a gradient.</summary>
    public EncodedImages Clean => _clean ??= Student(Images);

    /// <summary>The frozen original on the attacked pictures.</summary>
    public EncodedImages TeacherOnAdversarial => _teacherOnAdversarial ??= Teacher(AttackedImages);

    /// <summary>The frozen original on the clean pictures.</summary>
    public EncodedImages TeacherOnClean => _teacherOnClean ??= Teacher(Images);

    internal bool TeacherSawAdversarial => _teacherOnAdversarial is not null;

    /// <summary>What the student said of either kind of picture and a loss was computed from.</summary>
    internal IEnumerable<Tensor> StudentCosines => new[] { _adversarial?.KnownCosines, _clean?.KnownCosines }.OfType<Tensor>();

    /// <summary>The student as an attack sees it: no weight asks for a gradient, so nothing is computed or kept for the weights.</summary>
    internal EncodedImages Probe(Tensor points)
    {
        using var frozen = _models.Freeze();
        return Student(points);
    }

    private EncodedImages Student(Tensor images) => Pass(_models.Student, images);

    private EncodedImages Teacher(Tensor images)
    {
        using var noGradient = no_grad();
        return Pass(_models.Teacher, images);
    }

    private EncodedImages Pass(Func<Tensor, Tensor> encoder, Tensor images)
    {
        using var precision = _step.UsePrecision(images.device_type);
        return new EncodedImages(encoder(images), _models.Classes, _models.Scale);
    }
}
