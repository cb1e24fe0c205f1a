using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>What APGD-CE, APGD-DLR and APGD-T share: runs of automatic PGD on those images of a batch that still stand.</summary>
/// <remarks>
/// Croce and Hein 2020, arXiv:2003.01690, Algorithm 1. Images that are fooled leave the batch at once, which changes nothing for the others:
/// their losses are summed, and every other number belongs to one image. As in the authors' code, the first step of a run counts as a
/// rise where its loss is positive, because it is compared with zero and not with the loss at the start; that can only delay the
/// first halving of a step, and keeps results comparable.
/// </remarks>
internal sealed class AutoPgdSearch : IDisposable
{
    private const double Momentum = 0.75;   // alpha of eq. (1)
    private const double RiseShare = 0.75;   // rho of condition 1

    private readonly Classifier _classifier;
    private readonly Tensor _images;
    private readonly Tensor _labels;
    private readonly PixelBudget _epsilon;
    private readonly int _steps;
    private readonly ScalarType _type;

    /// <summary>Finds the images that stand: those the classifier gets right.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <param name="epsilon">Radius of the ball, and its norm.</param>
    /// <param name="steps">Steps of a run.</param>
    /// <param name="type">Number format of the gradients; whether an image is fooled is decided in float32.</param>
    internal AutoPgdSearch(Classifier classifier, Tensor images, Tensor labels, PixelBudget epsilon, int steps, ScalarType type)
    {
        (_classifier, _images, _labels, _epsilon, _steps, _type) = (classifier, images, labels, epsilon, steps, type);
        Result = images.clone().DetachFromDisposeScope();
        using var scope = NewDisposeScope();
        var logits = InputGradient.Logits(classifier, images, labels, ScalarType.Float32);
        Standing = logits.argmax(1).eq(labels).nonzero().flatten().DetachFromDisposeScope();
        CleanLogits = logits.DetachFromDisposeScope();
    }

    /// <summary>Float tensor [N, C, H, W]: attacked images, and the clean ones of those that stand or were wrong from the start.</summary>
    internal Tensor Result { get; }

    /// <summary>Float tensor [N, K] of the clean images.</summary>
    internal Tensor CleanLogits { get; }

    /// <summary>Long tensor [M]: places in the batch of the images that nothing has fooled yet.</summary>
    internal Tensor Standing { get; private set; }

    /// <summary>Whether fooled images leave the batch; otherwise they climb on, and the last point that fooled counts, as in the authors' code.</summary>
    internal bool StopsWhenFooled { get; init; } = true;

    /// <summary>A whole attack: runs from given starts, each on what still stands.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <param name="start">Tells where each run begins, tensor [N, C, H, W] in the ball, from the images.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <param name="epsilon">Radius of the ball, and its norm.</param>
    /// <param name="steps">Steps of a run.</param>
    /// <param name="type">Number format of the gradients.</param>
    /// <param name="plan">From the search, before its first run, to the number of runs and to the loss of a run, counted from 0, at places in the batch.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    internal static Tensor Attack(
        Classifier classifier, Tensor images, Tensor labels, Func<Tensor, Tensor> start, Action<double>? progress, PixelBudget epsilon, int steps, ScalarType type,
        Func<AutoPgdSearch, (int Runs, Func<int, Tensor, LossPerImage> Loss)> plan)
    {
        AttackInput.Check(classifier, images, labels);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var clean = images.detach();
        if (epsilon.Value == 0)
        {
            return clean.clone().MoveToOuterDisposeScope();
        }

        using var search = new AutoPgdSearch(classifier, clean, labels, epsilon, steps, type);
        var (runs, loss) = plan(search);
        for (var run = 0; run < runs; run++)
        {
            using var runScope = NewDisposeScope();
            var number = run;

            // Drawn even when nothing stands any more, so that what is drawn next does not depend on that.
            search.Run(start(clean), places => loss(number, places), share => progress?.Invoke((number + share) / runs));
        }

        return search.Result.clone().MoveToOuterDisposeScope();
    }

    /// <summary>Steps after which step sizes are looked at (section 3 of the paper).</summary>
    /// <param name="steps">Steps of a run.</param>
    /// <returns>The counts, rising.</returns>
    internal static int[] Checkpoints(int steps)
    {
        var checkpoints = new List<int>();
        var window = Share(0.22, steps);
        for (var next = window; next <= steps; next += window)
        {
            checkpoints.Add(next);
            window = Math.Max(window - Share(0.03, steps), Share(0.06, steps));
        }

        return [.. checkpoints];
    }

    /// <summary>One run on what stands.</summary>
    /// <param name="start">Float tensor [N, C, H, W] in the ball, for the whole batch.</param>
    /// <param name="loss">From places in the batch, long tensor [M], to the loss of the images there.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <returns>For the images left in the run, the points of largest loss [M, C, H, W] and their losses [M].</returns>
    internal (Tensor Points, Tensor Losses) Run(Tensor start, Func<Tensor, LossPerImage> loss, Action<double> progress)
    {
        using var scope = NewDisposeScope();
        if (Standing.numel() == 0)
        {
            progress(1);
            return (start.narrow(0, 0, 0).MoveToOuterDisposeScope(), CleanLogits.narrow(0, 0, 0).MoveToOuterDisposeScope());
        }

        using var climb = new AutoPgdClimb(_images, _labels, start, Standing, 2 * _epsilon.Value);
        using var fooled = zeros([_images.shape[0]], dtype: ScalarType.Bool, device: _images.device);
        var checkpoints = Checkpoints(_steps).ToHashSet();
        var lastCheckpoint = 0;
        for (var step = 0; step <= _steps && climb.Count > 0; step++)
        {
            Interruption.ThrowIfRequested();
            using var stepScope = NewDisposeScope();
            if (step > 0)
            {
                climb.Move(_epsilon, step == 1 ? 1 : Momentum);
            }

            var logits = climb.Look(_classifier, loss, _type);
            Record(climb, logits.argmax(1).ne(climb.Labels), fooled);
            if (checkpoints.Contains(step))
            {
                climb.Check(RiseShare * (step - lastCheckpoint));
                lastCheckpoint = step;
            }

            progress(step / (double)_steps);
        }

        if (_type != ScalarType.Float32 && climb.Count > 0)
        {
            climb.GoToBest();
            Record(climb, ones_like(climb.Labels, dtype: ScalarType.Bool), fooled);   // a coarse pass may have missed it
        }

        using (var left = fooled.index_select(0, Standing).logical_not())
        {
            var standing = Standing.masked_select(left).DetachFromDisposeScope();
            Standing.Dispose();
            Standing = standing;
        }

        progress(1);
        return (climb.Best.clone().MoveToOuterDisposeScope(), climb.BestLoss.clone().MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        Standing.Dispose();
        CleanLogits.Dispose();
        Result.Dispose();
    }

    private static int Share(double share, int steps) => Math.Max((int)(share * steps), 1);

    // Writes down the points that fool the classifier. In a shorter number format what seems to is looked at again in float32.
    private void Record(AutoPgdClimb climb, Tensor seems, Tensor fooled)
    {
        var rows = seems.nonzero().flatten();
        if (rows.numel() > 0 && _type != ScalarType.Float32)
        {
            var labels = climb.Labels.index_select(0, rows);
            var logits = InputGradient.Logits(_classifier, climb.Point.index_select(0, rows), labels, ScalarType.Float32);
            rows = rows.masked_select(logits.argmax(1).ne(labels));
        }

        if (rows.numel() == 0)
        {
            return;
        }

        var places = climb.Places.index_select(0, rows);
        Result.index_copy_(0, places, climb.Point.index_select(0, rows));
        fooled.index_fill_(0, places, true);
        if (StopsWhenFooled)
        {
            climb.Keep(fooled.index_select(0, climb.Places).logical_not().nonzero().flatten());
        }
    }
}
