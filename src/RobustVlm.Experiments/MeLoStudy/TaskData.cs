using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>Pictures of a task that are used together.</summary>
/// <param name="Images">Float tensor [N, 3, S, S], pixels in [0, 1].</param>
/// <param name="Labels">Long tensor [N], class indices in [0, K); or float tensor [N, K], 1 for each label that holds.</param>
/// <param name="Patients">Long tensor [N], number of the patient or slide; the same number in two parts is the same one.</param>
internal sealed record TaskPart(Tensor Images, Tensor Labels, Tensor Patients) : IDisposable
{
    internal int Count => (int)Images.shape[0];

    /// <summary>Some neighbouring pictures, sharing memory.</summary>
    internal TaskPart Slice(long start, long length) =>
        new(Images.narrow(0, start, length), Labels.narrow(0, start, length), Patients.narrow(0, start, length));

    /// <summary>Parts one after another; the patients of different ones are different.</summary>
    internal static TaskPart Join(params IReadOnlyList<TaskPart> parts) =>
        new(cat([.. parts.Select(part => part.Images)], 0), cat([.. parts.Select(part => part.Labels)], 0), cat([.. parts.Select(part => part.Patients)], 0));

    internal TaskPart MoveToOuterDisposeScope()
    {
        _ = (Images.MoveToOuterDisposeScope(), Labels.MoveToOuterDisposeScope(), Patients.MoveToOuterDisposeScope());
        return this;
    }

    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
        Patients.Dispose();
    }
}

/// <summary>The pictures of a task for one seed. No patient is in two parts, <see cref="Fold"/> aside.</summary>
/// <param name="Train">To learn from.</param>
/// <param name="Validation">To choose the epoch and the learning rate by.</param>
/// <param name="Test">For the reported numbers.</param>
/// <param name="Fold">How many pictures at the start of the test are the cross-validation's own fold; 0 where there are no folds.</param>
internal sealed record TaskData(TaskPart Train, TaskPart Validation, TaskPart Test, int Fold) : IDisposable
{
    public void Dispose()
    {
        Train.Dispose();
        Validation.Dispose();
        Test.Dispose();
    }
}
