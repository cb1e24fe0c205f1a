using TorchSharp;
using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Spoils finished radiographs as a strange site would.</summary>
internal sealed class PhantomShift
{
    /// <summary>Random numbers that an image needs.</summary>
    internal const int Columns = 64;

    private readonly RadiographShift _kind;
    private readonly PhantomDraws _draws;

    internal PhantomShift(RadiographShift kind, PhantomDraws draws)
    {
        _kind = kind;
        _draws = draws;
        Turn = kind == RadiographShift.NoisyBedside ? draws.Uniform(0.12, 0.42) * (1 - 2 * draws.Chance(0.5)) : null;
    }

    /// <summary>Additional turn of the patient in radians, [N, 1, 1]; null for none.</summary>
    internal Tensor? Turn { get; }

    /// <summary>Spoils pictures.</summary>
    /// <param name="frame">Positions.</param>
    /// <param name="picture">Float tensor [N, H, W], pixels in [0, 1].</param>
    /// <param name="noise">Float tensor [N, H, W], normally distributed.</param>
    /// <returns>Float tensor [N, H, W], pixels in [0, 1].</returns>
    internal Tensor Apply(PhantomFrame frame, Tensor picture, Tensor noise)
    {
        using var scope = NewDisposeScope();
        var spoilt = _kind == RadiographShift.OldFilm ? Scanned(frame, picture, noise) : Bedside(frame, picture, noise);
        return spoilt.clamp_(0, 1).MoveToOuterDisposeScope();
    }

    private Tensor Scanned(PhantomFrame frame, Tensor picture, Tensor noise)
    {
        var grey = Blurred(picture);
        var low = _draws.Uniform(0.22, 0.38);
        grey = low + _draws.Uniform(0.36, 0.50) * grey;
        var corner = frame.FilmX.square() + frame.FilmY.square();
        grey = grey * (1 - _draws.Uniform(0.18, 0.38) * corner);
        for (var i = 0; i < 2; i++)
        {
            var scratch = frame.FilmX - _draws.Uniform(-0.9, 0.9) - _draws.Uniform(-0.2, 0.2) * frame.FilmY;
            grey = grey + _draws.Uniform(0, 0.15) * Ridge(scratch, 0.006 + frame.Pixel * 0.3);
        }

        // The label: a dark strip at a lower or upper corner with two lines of writing.
        var (x, y) = (frame.FilmX * (1 - 2 * _draws.Chance(0.5)) - 0.62, frame.FilmY * (1 - 2 * _draws.Chance(0.5)) - 0.84);
        var strip = frame.Edge(0.30 - x.abs()) * frame.Edge(0.12 - y.abs());
        var letters = ((x * _draws.Uniform(40, 60)).sin() + (x * _draws.Uniform(17, 29) + _draws.Uniform(0, 6)).sin()).gt(0.1).to(ScalarType.Float32);
        var lines = Ridge(y.abs() - 0.055, 0.035);
        grey = grey * (1 - strip) + strip * (0.12 + 0.75 * letters * lines * frame.Edge(0.26 - x.abs()));
        return grey + noise * 0.015;
    }

    // A scanner's lens: a window of about a forty-eighth of the width, triangular.
    private static Tensor Blurred(Tensor picture)
    {
        var reach = Math.Max(1, (int)Math.Round(picture.shape[2] / 64.0));
        var window = 2 * reach + 1;
        var result = picture.unsqueeze(1);
        for (var i = 0; i < 2; i++)
        {
            result = nn.functional.avg_pool2d(nn.functional.pad(result, [reach, reach, reach, reach], PaddingModes.Replicate), window, stride: 1);
        }

        return result.squeeze(1);
    }

    private Tensor Bedside(PhantomFrame frame, Tensor picture, Tensor noise)
    {
        // Under- or overexposed, never right.
        var dark = _draws.Chance(0.5);
        var grey = picture.clamp(0.001, 1).pow(dark * _draws.Uniform(1.5, 2.2) + (1 - dark) * _draws.Uniform(0.55, 0.75));
        for (var i = 0; i < 4; i++)
        {
            var swing = _draws.Uniform(0.05, 0.2) * (_draws.Uniform(2, 5) * frame.Y + _draws.Uniform(0, 6)).sin();
            var line = frame.X - _draws.Uniform(-0.6, 0.6) - _draws.Uniform(-0.7, 0.7) * frame.Y - swing;
            grey = grey.maximum(0.95 * frame.Line(line, 0.45, 0.012) * Inside(frame.Y - _draws.Uniform(-0.9, 0.2), 0.02));
        }

        for (var i = 0; i < 3; i++)
        {
            var distance = Length(frame.X - _draws.Uniform(-0.7, 0.7), frame.Y - _draws.Uniform(-0.7, 0.5));
            grey = grey.maximum(0.9 * frame.Edge(0.03 - distance)).maximum(0.7 * frame.Line(distance - 0.065, 0.4, 0.01));
        }

        return grey + noise * _draws.Uniform(0.05, 0.10);
    }
}
