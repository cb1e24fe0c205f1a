using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>What all steps of a fine-tuning share: the student, its frozen copy, and the classes' vectors, which are computed once.</summary>
internal sealed class FineTuningModels : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _teacher;
    private readonly ZeroShotClassifier _classifier;
    private readonly (Tensor Weight, bool Asked)[] _before;
    private readonly Tensor[] _trained;

    internal FineTuningModels(Clip model, IReadOnlyList<Tensor> prompts, IFineTuningMethod method, int? lastTensors, VisualPrompt? prompt)
    {
        var input = method.Input;
        Trained = prompt is null ? model.Visual : prompt;
        Student = prompt is null ? input.Encoder(model) : prompt.Encoder(input);
        _teacher = model.CopyVisual();
        foreach (var weight in _teacher.parameters())
        {
            weight.requires_grad_(false);
        }

        Teacher = images => _teacher.call(input.Apply(images, model.Options.Image));
        _classifier = ZeroShotClassifier.Create(model, prompts);
        var type = model.Visual.parameters().First().dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        using (no_grad())
        {
            using var scale = method.LogitScale is { } fixedScale ? tensor(fixedScale, device: Classes.device) : model.LogitScale().to(Classes.device);
            Scale = scale.to(type, copy: true).DetachFromDisposeScope();
        }

        var all = model.Visual.parameters().Concat(prompt?.parameters() ?? []).ToArray();
        _before = [.. all.Select(weight => ((Tensor)weight, weight.requires_grad))];
        var own = Trained.parameters().ToArray();
        _trained = [.. own.Skip(Math.Max(0, own.Length - (lastTensors ?? own.Length)))];
        foreach (var weight in all)
        {
            weight.requires_grad_(false);
        }

        Ask(true);
    }

    /// <summary>The module whose weights are trained.</summary>
    internal nn.Module Trained { get; }

    internal Func<Tensor, Tensor> Student { get; }

    internal Func<Tensor, Tensor> Teacher { get; }

    /// <summary>Float tensor [K, D], unit rows.</summary>
    internal Tensor Classes => _classifier.ClassVectors;

    /// <summary>Float tensor [].</summary>
    internal Tensor Scale { get; }

    /// <summary>No weight asks for a gradient until the result is disposed.</summary>
    internal Frozen Freeze()
    {
        Ask(false);
        return new Frozen(this);
    }

    /// <summary>Frees what was made and lets the weights ask for gradients as before.</summary>
    public void Dispose()
    {
        foreach (var (weight, asked) in _before)
        {
            weight.requires_grad_(asked);
        }

        _teacher.Dispose();
        _classifier.Dispose();
        Scale.Dispose();
    }

    private void Ask(bool gradients)
    {
        foreach (var weight in _trained)
        {
            weight.requires_grad_(gradients);
        }
    }

    internal readonly struct Frozen(FineTuningModels models) : IDisposable
    {
        public void Dispose() => models.Ask(true);
    }
}
