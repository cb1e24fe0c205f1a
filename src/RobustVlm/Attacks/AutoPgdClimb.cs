using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>The images of one APGD run with all that belongs to each: points, gradients, losses, step sizes. Rows can be dropped.</summary>
internal sealed class AutoPgdClimb : IDisposable
{
    private readonly RowState _state;
    private bool _started;

    internal AutoPgdClimb(Tensor images, Tensor labels, Tensor start, Tensor places, double step)
    {
        using var scope = NewDisposeScope();
        var point = start.index_select(0, places);
        var zero = zeros_like(point);
        var loss = zeros([places.shape[0]], dtype: images.dtype, device: images.device);
        var low = full_like(loss, double.NegativeInfinity);
        var halved = ones_like(places, dtype: ScalarType.Bool);   // so the first checkpoint knows no standstill
        var steps = full([places.shape[0], 1, 1, 1], step, dtype: images.dtype, device: images.device);
        _state = new RowState(
            places, images.index_select(0, places), labels.index_select(0, places), point, point, zero, loss, point, zero, low, low, halved, loss, steps);
    }

    /// <summary>Long tensor [M]: where in the batch the rows belong.</summary>
    internal Tensor Places => _state[0];

    /// <summary>Long tensor [M], the true classes.</summary>
    internal Tensor Labels => _state[2];

    /// <summary>Float tensor [M, C, H, W], where the climb is.</summary>
    internal Tensor Point => _state[3];

    /// <summary>Float tensor [M, C, H, W]: the points of largest loss.</summary>
    internal Tensor Best => _state[7];

    /// <summary>Float tensor [M], their losses.</summary>
    internal Tensor BestLoss => _state[9];

    internal long Count => _state.Count;

    private Tensor Images => _state[1];

    private Tensor Previous => _state[4];

    private Tensor Gradient => _state[5];

    private Tensor Loss => _state[6];

    private Tensor BestGradient => _state[8];

    private Tensor CheckedLoss => _state[10];   // the best loss at the last checkpoint

    private Tensor Halved => _state[11];   // whether the last checkpoint halved the step

    private Tensor Rises => _state[12];   // steps since the last checkpoint at which the loss rose

    private Tensor Step => _state[13];   // [M, 1, 1, 1]

    /// <summary>One step with momentum: eq. (1) of the paper with its two projections.</summary>
    /// <param name="epsilon">Radius of the ball, and its norm.</param>
    /// <param name="share">Weight of the new step against the last move.</param>
    internal void Move(PixelBudget epsilon, double share)
    {
        using var ball = new PixelBall(Images, epsilon);
        var ahead = ball.Project(Point + (Step * ball.Steepest(Gradient)));
        var moved = ball.Project(Point + (share * (ahead - Point)) + ((1 - share) * (Point - Previous)));
        Previous.copy_(Point);
        Point.copy_(moved);
    }

    /// <summary>Loss and gradient where the climb is, and what follows for the best of each image.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="loss">From places in the batch to the loss there.</param>
    /// <param name="type">Number format of the gradient.</param>
    /// <returns>Logits [M, K].</returns>
    internal Tensor Look(Classifier classifier, Func<Tensor, LossPerImage> loss, ScalarType type)
    {
        var (gradient, losses, logits) = InputGradient.Of(classifier, Point, Labels, type, loss(Places));
        Gradient.copy_(gradient);
        if (_started)
        {
            Rises.add_(losses.gt(Loss).to(Rises.dtype));
            Loss.copy_(losses);   // zero until the first step, as in the authors' code
        }

        var better = losses.gt(BestLoss);
        var rows = better.view(-1, 1, 1, 1);
        Best.copy_(where(rows, Point, Best));
        BestGradient.copy_(where(rows, gradient, BestGradient));
        BestLoss.copy_(where(better, losses, BestLoss));
        if (!_started)
        {
            CheckedLoss.copy_(BestLoss);
            _started = true;
        }

        return logits;
    }

    /// <summary>Halves the step and goes back to the best point where the loss rose too seldom, or stood still since a checkpoint that changed nothing.</summary>
    /// <param name="enough">Rises up to which there were too few.</param>
    internal void Check(double enough)
    {
        var stood = Halved.logical_not().logical_and(CheckedLoss.ge(BestLoss));   // condition 2
        var halve = Rises.le(enough).logical_or(stood);
        var rows = halve.view(-1, 1, 1, 1);
        Step.copy_(where(rows, Step / 2, Step));
        Point.copy_(where(rows, Best, Point));
        Gradient.copy_(where(rows, BestGradient, Gradient));
        Halved.copy_(halve);
        CheckedLoss.copy_(BestLoss);
        Rises.zero_();
    }

    /// <summary>Goes to the points of largest loss.</summary>
    internal void GoToBest() => Point.copy_(Best);

    /// <summary>Drops all other rows.</summary>
    /// <param name="rows">Long tensor, which rows stay.</param>
    internal void Keep(Tensor rows) => _state.Keep(rows);

    public void Dispose() => _state.Dispose();
}
