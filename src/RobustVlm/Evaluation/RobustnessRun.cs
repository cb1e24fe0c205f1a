using System.Security.Cryptography;
using System.Text;
using RobustVlm.Attacks;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>Runs the attacks of a <see cref="RobustnessReport"/> batch by batch, and stores each finished batch.</summary>
internal sealed class RobustnessRun(
    Classifier classifier, Tensor images, Tensor labels, RobustnessReportOptions options, RobustnessState state, TimeProvider time)
{
    /// <summary>Finishes one attack at one budget, from where the state has it.</summary>
    internal void Attack(int position, IImageAttack attack, IReadOnlyList<int> targets, Action<double> progress)
    {
        var outcome = position < state.Outcomes.Count
            ? state.Outcomes[position]
            : new RobustnessOutcome { Attack = attack.Name, Epsilon = attack.Epsilon, Targets = targets };
        while (!outcome.IsFinished)
        {
            Interruption.ThrowIfRequested();
            var batch = outcome.Targets.Skip(outcome.Tried).Take(options.BatchSize).ToArray();
            var before = outcome.Tried;
            var after = Try(attack, outcome, batch, share => progress((before + (share * batch.Length)) / targets.Count));
            outcome = after;
            Keep(position, outcome);
        }

        Keep(position, outcome);
        progress(1);
    }

    private void Keep(int position, RobustnessOutcome outcome)
    {
        if (position < state.Outcomes.Count)
        {
            if (ReferenceEquals(state.Outcomes[position], outcome))
            {
                return;
            }

            state.Outcomes[position] = outcome;
        }
        else
        {
            state.Outcomes.Add(outcome);
        }

        if (options.StateFile is { } file)
        {
            state.Write(file);
        }
    }

    private RobustnessOutcome Try(IImageAttack attack, RobustnessOutcome outcome, int[] batch, Action<double> progress)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var random = new Generator(SeedOf(attack, outcome.Tried), images.device);
        var chosen = tensor(batch.Select(number => (long)number).ToArray(), device: images.device);
        var (clean, truth) = (images.index_select(0, chosen), labels.index_select(0, chosen));
        var started = time.GetTimestamp();
        var counted = new CountedClassifier(classifier);
        var adversarial = attack.Perturb(counted.Logits, clean, truth, random, progress);
        var seconds = time.GetElapsedTime(started).TotalSeconds;

        var sizes = PixelBall.Sizes((adversarial - clean).to(ScalarType.Float64), attack.Epsilon.Norm).Values<double>();
        var inBox = adversarial.flatten(1).ge(0).logical_and(adversarial.flatten(1).le(1)).all(1).Values<bool>();   // false for NaN too
        var logits = Score(adversarial.clamp(0, 1).nan_to_num(0));
        // Minus infinity is a class that the model rules out.
        var finite = logits.isnan().any(1).logical_or(logits.amax([1]).isinf()).logical_not().Values<bool>();
        var right = logits.argmax(1).eq(truth).Values<bool>();
        var allowed = sizes.Select((size, i) => inBox[i] && attack.Epsilon.Allows(size)).ToArray();
        return outcome with
        {
            Tried = outcome.Tried + batch.Length,
            Broken = [.. outcome.Broken, .. batch.Where((_, i) => allowed[i] && !(right[i] && finite[i]))],
            Seconds = outcome.Seconds + seconds,
            Forward = outcome.Forward + counted.Forward,
            Backward = outcome.Backward + counted.Backward,
            LargestChange = Math.Max(outcome.LargestChange, sizes.Where((_, i) => allowed[i]).DefaultIfEmpty(0).Max()),
            OutOfBudget = outcome.OutOfBudget + allowed.Count(held => !held),
            NotANumber = outcome.NotANumber + finite.Count(number => !number),
        };
    }

    // Without the checks of an attack: logits that are not numbers are an outcome here.
    private Tensor Score(Tensor batch)
    {
        using var fullPrecision = Autocast.Use(ScalarType.Float32, batch.device_type);
        return classifier(batch);
    }

    // Every batch has its own seed, so that an interrupted evaluation ends as an uninterrupted one.
    private ulong SeedOf(IImageAttack attack, int start)
    {
        var text = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{options.Seed}/{attack}/{start}");
        return BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(text))) >> 1;
    }
}
