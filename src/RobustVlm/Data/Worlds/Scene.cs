using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>Pictures of one class in the making: where each pixel lies on the object, random numbers, colours, and what is painted so far.</summary>
/// <remarks>
/// Object coordinates: x to the right, y downwards, the object between -1 and 1 whatever its place, size and turn. Picture coordinates
/// likewise, the picture between -1 and 1. All tensors are [n, H, W] or broadcast to it; colours are [n, 3, 1, 1] or [1, 3, 1, 1].
/// Distances are positive inside a shape, as in <see cref="SoftShapes"/>.
/// </remarks>
internal sealed class Scene
{
    private readonly SmoothFields _fields;
    private readonly Tensor _fieldNumbers;
    private int _nextField;
    private Tensor _picture;
    private bool _inPlace;

    internal Scene(int size, PhantomDraws draws, SmoothFields fields, Tensor fieldNumbers, Device device)
    {
        Size = size;
        Draws = draws;
        _fields = fields;
        _fieldNumbers = fieldNumbers;
        Count = fieldNumbers.shape[0];
        Device = device;
        var axis = (arange(size, dtype: ScalarType.Float32, device: device) + 0.5) * (2.0 / size) - 1;
        FilmX = axis.view(1, 1, -1);
        FilmY = axis.view(1, -1, 1);
        (X, Y) = (FilmX, FilmY);
        Softness = full([1, 1, 1], 1.0 / size, dtype: ScalarType.Float32, device: device);
        _picture = zeros([Count, 3, size, size], dtype: ScalarType.Float32, device: device);
        (Ink, Paper) = (Rgb(0, 0, 0), Rgb(1, 1, 1));
    }

    /// <summary>Largest number of smooth fields that a scene can draw.</summary>
    internal const int Fields = 8;

    /// <summary>Bumps across the picture of the fields that are at hand.</summary>
    internal static readonly int[] FieldCells = [2, 4, 8, 16];

    /// <summary>Number of pictures n.</summary>
    internal long Count { get; }

    /// <summary>Height and width in pixels.</summary>
    internal int Size { get; }

    internal Device Device { get; }

    /// <summary>Random numbers, one per picture and call.</summary>
    internal PhantomDraws Draws { get; }

    /// <summary>Picture coordinates, [1, 1, W].</summary>
    internal Tensor FilmX { get; }

    /// <summary>Picture coordinates, [1, H, 1].</summary>
    internal Tensor FilmY { get; }

    /// <summary>Object coordinates, [n, H, W].</summary>
    internal Tensor X { get; private set; }

    /// <summary>Object coordinates, [n, H, W].</summary>
    internal Tensor Y { get; private set; }

    /// <summary>Width of an edge of about one pixel in object coordinates, [n, 1, 1].</summary>
    internal Tensor Softness { get; private set; }

    /// <summary>The object's colour: the one that captions name.</summary>
    internal Tensor Ink { get; set; }

    /// <summary>The background's colour: the one that captions name.</summary>
    internal Tensor Paper { get; set; }

    /// <summary>What is painted so far, [n, 3, H, W].</summary>
    internal Tensor Picture
    {
        get
        {
            // Whoever asks may keep it, so it is not painted over.
            _inPlace = false;
            return _picture;
        }

        set => (_picture, _inPlace) = (value, false);
    }

    /// <summary>A fixed colour.</summary>
    internal Tensor Rgb(double red, double green, double blue) =>
        tensor([(float)red, (float)green, (float)blue], [1, 3, 1, 1], device: Device);

    /// <summary>A colour drawn for each picture between two fixed ones, the same share for all channels.</summary>
    internal Tensor Between((double R, double G, double B) first, (double R, double G, double B) second)
    {
        var share = Draws.Uniform().unsqueeze(-1);
        return Rgb(first.R, first.G, first.B) * (1 - share) + Rgb(second.R, second.G, second.B) * share;
    }

    /// <summary>A lighter (above 1) or darker (below 1) version of a colour.</summary>
    internal static Tensor Shade(Tensor colour, double factor) => (colour * factor).clamp_(0, 1);

    /// <summary>Nearly black on light colours, nearly white on dark ones.</summary>
    internal Tensor Contrasting(Tensor colour)
    {
        var isLight = (colour * Rgb(0.3, 0.5, 0.2)).sum([1], keepdim: true).gt(0.38).to(ScalarType.Float32);
        return Rgb(0.06, 0.06, 0.08) * isLight + Rgb(0.96, 0.96, 0.95) * (1 - isLight);
    }

    /// <summary>Paints a colour where the mask is 1.</summary>
    /// <param name="mask">Float tensor [n, H, W] or broadcastable, 0 to 1.</param>
    /// <param name="colour">Float tensor [n, 3, 1, 1], [1, 3, 1, 1] or [n, 3, H, W].</param>
    internal void Paint(Tensor mask, Tensor colour)
    {
        using var scope = NewDisposeScope();
        var cover = mask.unsqueeze(1);
        if (_inPlace)
        {
            _picture.mul_(1 - cover).addcmul_(cover, colour, 1);
            return;
        }

        _picture = (_picture * (1 - cover)).addcmul(cover, colour, 1).MoveToOuterDisposeScope();
        _inPlace = _picture.NumberOfElements == Count * 3 * Size * Size;
    }

    /// <summary>Paints a shape in the object's colour or another.</summary>
    /// <param name="distance">Float tensor [n, H, W], positive inside, in object coordinates.</param>
    /// <param name="colour">As in <see cref="Paint"/>; null takes <see cref="Ink"/>.</param>
    internal void Fill(Tensor distance, Tensor? colour = null)
    {
        using var mask = Mask(distance);
        Paint(mask, colour ?? Ink);
    }

    /// <summary>Paints a line along the edge of a shape.</summary>
    internal void Outline(Tensor distance, double width, Tensor? colour = null)
    {
        using var line = WrappedTensorDisposeScope(() => distance.abs().neg_().add_(width / 2));
        Fill(line, colour);
    }

    /// <summary>1 inside, 0 outside, with an edge of about one pixel.</summary>
    internal Tensor Mask(Tensor distance) => WrappedTensorDisposeScope(() => Inside(distance, Softness));

    /// <summary>A smooth random field with mean 0 and variance 1 in picture coordinates; every call gives another.</summary>
    /// <param name="cells">Bumps across the picture: one of <see cref="FieldCells"/>.</param>
    /// <returns>Float tensor [n, H, W].</returns>
    internal Tensor Field(int cells)
    {
        var columns = SmoothFields.NumbersFor(FieldCells[^1]);
        var numbers = _fieldNumbers.narrow(1, (long)(_nextField++) * columns, SmoothFields.NumbersFor(cells));
        return _fields.Field(numbers, cells);
    }

    /// <summary>Places the object: everything drawn afterwards is at this place.</summary>
    /// <param name="centreX">Float tensor [n, 1, 1], picture coordinates.</param>
    /// <param name="centreY">Float tensor [n, 1, 1], picture coordinates.</param>
    /// <param name="scale">Float tensor [n, 1, 1], half width of the object in picture coordinates.</param>
    /// <param name="angle">Float tensor [n, 1, 1], radians, clockwise.</param>
    /// <param name="mirror">Float tensor [n, 1, 1], 1 or -1.</param>
    internal void Pose(Tensor centreX, Tensor centreY, Tensor scale, Tensor angle, Tensor mirror)
    {
        var (x, y) = (FilmX - centreX, FilmY - centreY);
        var (cosine, sine) = (angle.cos() / scale, angle.sin() / scale);
        X = (cosine * x + sine * y) * mirror;
        Y = cosine * y - sine * x;
        Softness = 1.0 / Size / scale;
    }

    /// <summary>Bends object coordinates by smooth fields, so that straight lines become a hand's.</summary>
    /// <param name="strength">Standard deviation in object coordinates.</param>
    /// <param name="cells">Bumps across the picture: one of <see cref="FieldCells"/>.</param>
    internal void Bend(double strength, int cells = 2) => (X, Y) = (X + strength * Field(cells), Y + strength * Field(cells));
}
