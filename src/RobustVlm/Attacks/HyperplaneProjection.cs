using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>The smallest move of points of the box [0, 1]^D onto a hyperplane without leaving the box, in L-infinity or L2.</summary>
/// <remarks>
/// Every coordinate moves towards the hyperplane at its own speed (1 for L-infinity, |w_i| for L2) until it meets the wall. What is gained
/// after a time t, sum |w_i| min(t speed_i, room_i), is concave and piecewise linear in t, so Newton's method started at 0 reaches the time
/// at which the hyperplane is met from below, exactly and in a few steps; sorting the coordinates, as published code does, is not needed.
/// </remarks>
internal static class HyperplaneProjection
{
    /// <summary>The moves; where the hyperplane misses the box, the move to the corner nearest to it.</summary>
    /// <param name="points">Float tensor [..., N, D], values in [0, 1].</param>
    /// <param name="normals">Float tensor [N, D], the normals w; a coordinate of weight zero does not move.</param>
    /// <param name="offsets">Float tensor [N]; the hyperplane is all u with w·u = offset.</param>
    /// <param name="norm">What is to be smallest.</param>
    /// <returns>Float tensor [..., N, D].</returns>
    internal static Tensor Moves(Tensor points, Tensor normals, Tensor offsets, PixelNorm norm)
    {
        using var scope = NewDisposeScope();
        var excess = (points * normals).sum(-1, keepdim: true) - offsets.unsqueeze(-1);
        var directions = (1 - (2 * excess.ge(0).to(excess.dtype))) * normals.sign();
        var room = where(directions.gt(0), 1 - points, points);
        var weights = normals.abs();
        var speeds = norm == PixelNorm.LInfinity ? ones([1], dtype: points.dtype, device: points.device) : weights;
        var gainRates = weights * speeds;
        var fullGains = weights * room;
        var needed = excess.abs();
        var time = zeros_like(needed);
        for (var changed = true; changed;)
        {
            using var step = NewDisposeScope();
            var free = (time * speeds).lt(room);
            var rate = (gainRates * free).sum(-1, keepdim: true);
            var held = fullGains.masked_fill(free, 0).sum(-1, keepdim: true);

            // Without a free coordinate all stand at their walls; the maximum keeps rounding from turning the time back.
            var next = where(rate.gt(0), (needed - held) / rate, time).maximum(time);
            changed = next.gt(time).any().item<bool>();
            time.copy_(next);
        }

        return (directions * (time * speeds).minimum(room)).MoveToOuterDisposeScope();
    }
}
