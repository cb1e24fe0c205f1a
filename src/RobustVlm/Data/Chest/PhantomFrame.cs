using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>What all parts of a chunk of phantoms share: who has which finding, and where each pixel lies in the patient.</summary>
/// <remarks>
/// Patient coordinates run from about -1 to 1, x to the patient's left (the picture's right) and y downwards. The posture of the
/// patient and a slight bending differ from image to image, so the same anatomy never falls on the same pixels.
/// </remarks>
internal sealed class PhantomFrame
{
    /// <summary>Bumps across the picture of the fields a patient has: two for the outline, three for the lungs.</summary>
    internal static readonly int[] PatientCells = [3, 3, 5, 9, 22];

    private readonly Tensor _labels;   // [N, 1, 1]

    internal PhantomFrame(PhantomCases cases, int size, PhantomDraws image, SmoothFields fields, Tensor patientNumbers, Tensor? turn = null)
    {
        _labels = Column(cases.Labels);
        Conditions = cases.Conditions;
        Portable = Column(cases.Sites).to(ScalarType.Float32);
        Severity = Column(cases.Severities);
        OnLeft = Column(cases.Sides).eq((long)BodySide.Left).to(ScalarType.Float32);
        Zone = Column(cases.Zones).clamp_min(0).to(ScalarType.Float32);
        Pixel = 2.0 / size;

        var axis = (arange(size, dtype: ScalarType.Float32, device: cases.Labels.device) + 0.5) * Pixel - 1;
        FilmX = axis.view(1, 1, -1);
        FilmY = axis.view(1, -1, 1);

        var noise = Fields(fields, patientNumbers);
        (Wave, Mottle, Grain) = (noise[2], noise[3], noise[4]);

        var angle = image.Bell(0, 0.06) * (1 + 0.8 * Portable);
        angle = turn is null ? angle : angle + turn;
        var zoom = image.Uniform(1.02, 1.18) * (1 - 0.03 * Portable);
        var x = FilmX - image.Bell(0, 0.07) * (1 + 0.5 * Portable);
        var y = FilmY - image.Bell(0.05, 0.08);
        var (cosine, sine) = (angle.cos() / zoom, angle.sin() / zoom);
        X = (cosine * x).add(sine * y).add_(noise[0] * 0.012);
        Y = (cosine * y).sub(sine * x).add_(noise[1] * 0.012);
        U = X.abs();
        Left = Inside(X, Pixel * 0.5);
        Affected = 1 - (Left - OnLeft).abs_();
    }

    /// <summary>Several conditions per image, see <see cref="PhantomCases.Conditions"/>.</summary>
    internal Tensor? Conditions { get; }

    /// <summary>Width of a pixel.</summary>
    internal double Pixel { get; }

    /// <summary>Position on the film, [1, 1, W].</summary>
    internal Tensor FilmX { get; }

    /// <summary>Position on the film, [1, H, 1].</summary>
    internal Tensor FilmY { get; }

    /// <summary>Position in the patient, [N, H, W].</summary>
    internal Tensor X { get; }

    /// <summary>Position in the patient, [N, H, W].</summary>
    internal Tensor Y { get; }

    /// <summary>Distance from the midline, [N, H, W].</summary>
    internal Tensor U { get; }

    /// <summary>1 on the patient's left, [N, H, W].</summary>
    internal Tensor Left { get; }

    /// <summary>1 on the side of the finding, [N, H, W].</summary>
    internal Tensor Affected { get; }

    /// <summary>Long bumps, [N, H, W], variance 1.</summary>
    internal Tensor Wave { get; }

    /// <summary>Middle-sized bumps, [N, H, W], variance 1.</summary>
    internal Tensor Mottle { get; }

    /// <summary>Small bumps, [N, H, W], variance 1.</summary>
    internal Tensor Grain { get; }

    /// <summary>1 for a portable radiograph, [N, 1, 1].</summary>
    internal Tensor Portable { get; }

    /// <summary>0 to 1, [N, 1, 1].</summary>
    internal Tensor Severity { get; }

    /// <summary>1 for a finding on the left, [N, 1, 1].</summary>
    internal Tensor OnLeft { get; }

    /// <summary>0 to 2 from top to bottom, [N, 1, 1].</summary>
    internal Tensor Zone { get; }

    /// <summary>1 where the case has the finding, [N, 1, 1].</summary>
    internal Tensor Is(Finding finding) => Conditions is null
        ? _labels.eq((long)finding).to(ScalarType.Float32)
        : ChestConditions.Of(Conditions, finding);

    /// <summary>One value on each side.</summary>
    internal Tensor Pick(Tensor right, Tensor left) => right + (left - right) * Left;

    /// <summary>1 inside an edge drawn as sharply as the pixels allow.</summary>
    internal Tensor Edge(Tensor distance, double pixels = 0.5, double softness = 0.008) =>
        Inside(distance, Pixel * pixels + softness);

    /// <summary>A thin line drawn as sharply as the pixels allow.</summary>
    internal Tensor Line(Tensor distance, double pixels = 0.35, double width = 0.008) =>
        Ridge(distance, Pixel * pixels + width);

    private static Tensor Column(Tensor values) => values.view(-1, 1, 1);

    private static Tensor[] Fields(SmoothFields fields, Tensor numbers)
    {
        var result = new Tensor[PatientCells.Length];
        var first = 0;
        for (var i = 0; i < result.Length; i++)
        {
            var count = SmoothFields.NumbersFor(PatientCells[i]);
            result[i] = fields.Field(numbers.narrow(1, first, count), PatientCells[i]);
            first += count;
        }

        return result;
    }
}
