using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>One run of projected gradient descent on those images of a batch that nothing has fooled yet, or on all.</summary>
/// <param name="options">Settings of the attack.</param>
/// <param name="classifier">The attacked function.</param>
/// <param name="loss">What is climbed.</param>
/// <param name="best">Takes the points; knows which images are done.</param>
internal sealed class PgdClimb(PgdOptions options, Classifier classifier, LossPerImage loss, BestPoints best)
{
    // Losses of a bfloat16 pass are too coarse to be compared with float32 ones, so that run keeps its own score.
    private readonly bool _exact = options.GradientType == ScalarType.Float32;

    private const int WorthALook = 8;

    /// <summary>Climbs.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <param name="start">Float tensor [N, C, H, W], where to begin; projected first.</param>
    /// <param name="progress">Told the finished share.</param>
    internal void Run(Tensor images, Tensor labels, Tensor start, Action<double> progress)
    {
        var places = options.StopWhenFooled ? best.Open : arange(images.shape[0], device: images.device);
        using var climb = new RowState(places, labels.index_select(0, places), images.index_select(0, places), start.index_select(0, places));
        var ball = new PixelBall(climb[2], options.Epsilon);
        try
        {
            climb[3].copy_(ball.Project(climb[3]));
            using var track = new BestPoints(images);
            for (var step = 0; step < options.Steps && climb.Count > 0; step++)
            {
                Interruption.ThrowIfRequested();
                using var stepScope = NewDisposeScope();
                var (gradient, losses, logits) = InputGradient.Of(classifier, climb[3], climb[1], options.GradientType, loss);
                if (!options.ReturnLast)
                {
                    (_exact ? best : track).Keep(climb[0], climb[3], losses);
                }

                if (options.StopWhenFooled && Leave(climb, logits) is { } staying)
                {
                    gradient = gradient.index_select(0, staying);
                    ball.Dispose();
                    ball = new PixelBall(climb[2], options.Epsilon);
                }

                climb[3].copy_(ball.Project(climb[3] + ball.Steepest(gradient).mul_(options.EffectiveStepSize)));
                progress((step + 1.0) / options.Steps);
            }

            if (climb.Count == 0)
            {
                progress(1);
            }

            Look(climb, climb[3]);
            if (!_exact && !options.ReturnLast)
            {
                Look(climb, track.Points.index_select(0, climb[0]));
            }
        }
        finally
        {
            ball.Dispose();
        }
    }

    // Drops the images that are fooled. What seems to be in a shorter number format is looked at again in float32.
    private Tensor? Leave(RowState climb, Tensor logits)
    {
        var rows = logits.argmax(1).ne(climb[1]).nonzero().flatten();
        if (!_exact)
        {
            // Few are not worth a pass of their own yet: they climb on, and nearly always stay fooled.
            if (rows.numel() * WorthALook < climb.Count)
            {
                return null;
            }

            var (points, labels) = (climb[3].index_select(0, rows), climb[1].index_select(0, rows));
            rows = rows.masked_select(InputGradient.Logits(classifier, points, labels, ScalarType.Float32).argmax(1).ne(labels));
        }

        if (rows.numel() == 0)
        {
            return null;
        }

        best.Close(climb[0].index_select(0, rows), climb[3].index_select(0, rows));
        var stays = ones_like(climb[1], dtype: ScalarType.Bool);
        stays.index_fill_(0, rows, false);
        var staying = stays.nonzero().flatten();
        climb.Keep(staying);
        return staying;
    }

    private void Look(RowState climb, Tensor points)
    {
        if (climb.Count == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var (losses, logits) = InputGradient.Losses(classifier, points, climb[1], loss);
        best.Keep(climb[0], points, losses);
        if (options.StopWhenFooled)
        {
            var rows = logits.argmax(1).ne(climb[1]).nonzero().flatten();
            best.Close(climb[0].index_select(0, rows), points.index_select(0, rows));
        }
    }
}
