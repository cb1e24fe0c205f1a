using RobustVlm.Engine;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Training;

/// <summary>The training loop that all methods share: schedule, warm-up, clipping, precision, accumulation, running mean, resuming, progress.</summary>
/// <remarks>A method is the loss that it gives to <see cref="Run"/>; nothing else may differ between two methods that are compared.</remarks>
public sealed class TrainingLoop
{
    private readonly TrainingOptions _options;

    /// <summary>Makes a loop.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public TrainingLoop(TrainingOptions? options = null)
    {
        _options = options ?? new TrainingOptions();
        _options.Check();
    }

    /// <summary>Trains the weights of a model that ask for gradients, in place, and leaves the model in evaluation mode.</summary>
    /// <param name="model">The model; modules that are trained together are registered in one.</param>
    /// <param name="loss">The loss of a batch, a float tensor [] with a gradient; it is called in training mode inside a dispose scope.</param>
    /// <param name="random">Source of all randomness: one number is drawn from it.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state, so that an interrupted or killed training goes on from there when it is started again with the
    /// same settings and seed; the file stays when the training is finished. The loop cannot see what the loss and its data are made from: give
    /// trainings that differ in these different files. Null keeps none.</param>
    /// <param name="averaged">Where a running mean is kept: told it with the steps done, at the start and after each step, but not for steps of an earlier, interrupted run.</param>
    /// <returns>The curves.</returns>
    /// <exception cref="ArgumentException">No weight asks for gradients.</exception>
    /// <exception cref="InvalidDataException">The state file belongs to another training or is damaged.</exception>
    /// <exception cref="InvalidOperationException">The loss became NaN or infinite, or, where gradients are shortened, the gradient did.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop; the model keeps what it has learned, and so does the state file.</exception>
    public TrainingResult Run(
        nn.Module model, Func<TrainingStep, Tensor> loss, Generator random, Action<TrainingProgress>? progress = null, string? stateFile = null,
        Action<int, WeightAverage>? averaged = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(random);
        var weights = model.named_parameters().Where(weight => weight.parameter.requires_grad).Select(weight => (Name: weight.name, Weight: weight.parameter)).ToArray();
        if (weights.Length == 0)
        {
            throw new ArgumentException("No weight of the model asks for gradients, so there is nothing to train; set requires_grad where wanted.", nameof(model));
        }

        using var gradients = enable_grad();
        using var optimizer = CreateOptimizer([.. weights.Select(weight => weight.Weight)]);
        var average = _options.AverageDecay is { } decay ? new WeightAverage(model, weights, decay) : null;
        var state = new TrainingState(_options, TrainingSeeds.Draw(random), model, optimizer, average);
        var resumedAt = stateFile is null ? 0 : state.ReadIfThere(stateFile);
        model.train();
        try
        {
            if (state.Finished == 0 && average is not null)
            {
                averaged?.Invoke(0, average);
            }

            for (var step = state.Finished; step < _options.Steps; step++)
            {
                Interruption.ThrowIfRequested();
                var rate = _options.LearningRateAt(step);
                var (value, terms) = Gradients(model, loss, optimizer, state.Seed, step);

                // From here to the saved state is one piece: a step that counts has moved weights and mean, and no other has.
                using (Interruption.PutOff())
                {
                    Update(optimizer, weights, rate);
                    average?.Update(model, weights, step);
                    state.Add(value, terms);
                    if (stateFile is not null && (step + 1 == _options.Steps || (step + 1) % _options.SaveEvery == 0))
                    {
                        state.Write(stateFile);
                    }
                }

                if (average is not null)
                {
                    averaged?.Invoke(step + 1, average);
                }

                progress?.Invoke(new TrainingProgress(step + 1, _options.Steps, value, rate));
            }
        }
        catch (OperationCanceledException) when (stateFile is not null && state.Finished > resumedAt)
        {
            using (Interruption.PutOff())
            {
                state.Write(stateFile);
            }

            average?.Dispose();
            throw;
        }
        catch
        {
            average?.Dispose();
            throw;
        }
        finally
        {
            model.eval();
        }

        return new TrainingResult(state.Losses, state.Terms, average, resumedAt);
    }

    private OptimizerHelper CreateOptimizer(Parameter[] weights)
    {
        var matrices = weights.Where(weight => weight.dim() > 1).ToArray();
        var vectors = weights.Where(weight => weight.dim() <= 1).ToArray();
        (Parameter[] Weights, double Decay)[] groups = [(matrices, _options.WeightDecay), (vectors, _options.DecayVectors ? _options.WeightDecay : 0)];
        var (rate, beta1, beta2) = (_options.LearningRate, _options.Beta1, _options.Beta2);
        var filled = groups.Where(group => group.Weights.Length > 0).ToArray();
        return _options.Optimizer switch
        {
            OptimizerKind.AdamW => optim.AdamW([.. filled.Select(group => new AdamW.ParamGroup(group.Weights, rate, beta1, beta2, weight_decay: group.Decay))]),
            OptimizerKind.Adam => optim.Adam([.. filled.Select(group => new Adam.ParamGroup(group.Weights, rate, beta1, beta2, weight_decay: group.Decay))]),
            _ => optim.SGD([.. filled.Select(group => new SGD.ParamGroup(group.Weights, rate, _options.Momentum, weight_decay: group.Decay))], rate),
        };
    }

    private (double Loss, Dictionary<string, double> Terms) Gradients(
        nn.Module model, Func<TrainingStep, Tensor> loss, optim.Optimizer optimizer, ulong seed, int step)
    {
        using var before = new BufferCopies(model);
        try
        {
            optimizer.zero_grad();
            var (sum, parts) = (0.0, _options.Accumulation);
            var terms = new Dictionary<string, double>();
            for (var part = 0; part < parts; part++)
            {
                using var scope = NewDisposeScope();
                using var random = new Generator(TrainingSeeds.For(seed, (long)step * parts + part));
                var value = loss(new TrainingStep(step, part, _options, random, terms));
                var number = value.to(ScalarType.Float64).item<double>();
                Check(number, "loss");
                (parts == 1 ? value : value / parts).backward();
                sum += number;
            }

            return (sum / parts, terms.ToDictionary(term => term.Key, term => term.Value / parts));
        }
        catch (OperationCanceledException)
        {
            before.Restore();
            throw;
        }
    }

    private void Update(optim.Optimizer optimizer, (string Name, Parameter Weight)[] weights, double rate)
    {
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = rate;
        }

        if (_options.GradientNorm is { } longest)
        {
            Check(nn.utils.clip_grad_norm_(weights.Select(weight => weight.Weight), longest), "gradient");
        }

        optimizer.step();
    }

    private static void Check(double value, string what)
    {
        if (!double.IsFinite(value))
        {
            throw new InvalidOperationException(
                $"The {what} became NaN or infinite, so training stopped; use a smaller learning rate or a longer warm-up, and check the images.");
        }
    }
}
