using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Several conditions in one chest, each with its own side, place and severity: what they do to the lungs, and where they are.</summary>
/// <remarks>As in <see cref="PhantomFindings"/>, fluid takes the place of air. Cardiomegaly is part of the anatomy already.</remarks>
internal sealed class PhantomConditions
{
    /// <summary>Random numbers that an image needs.</summary>
    internal const int Columns = 128;

    private readonly PhantomFrame _frame;
    private readonly PhantomThorax _thorax;
    private readonly Tensor _present;
    private readonly PhantomDraws _draws;

    internal PhantomConditions(PhantomFrame frame, PhantomThorax thorax, PhantomVessels vessels, Tensor present, PhantomDraws draws)
    {
        (_frame, _thorax, _present, _draws) = (frame, thorax, present, draws);
        var lungs = thorax.Lungs;
        var edema = PhantomFindings.Wet(frame, thorax, vessels);
        var (cavities, tuberculosis) = Tuberculosis();
        var filled = Max(Atelectasis(), Effusion(), Infiltration(), Pneumonia(vessels), Consolidation(), Thickening(), edema, tuberculosis);

        var fromWall = lungs.FromWall.minimum(thorax.Body.BelowTop);
        var collapse = Severity();
        var gap = (0.08 + 0.24 * collapse) * (1.35 - 0.75 * lungs.Share.clamp(0, 1));
        var onSide = Affected() * Is(ChestConditions.Pneumothorax);
        var pleuralAir = Inside(gap - fromWall, frame.Pixel * 0.3 + 0.004) * onSide;
        var collapsed = onSide * (1 - pleuralAir) * (0.08 + 0.27 * collapse);

        var emphysema = Is(ChestConditions.Emphysema);
        var air = thorax.Air * (1 - filled) * (1 - collapsed) * (1 + 0.18 * pleuralAir) * (1 + 0.22 * emphysema);
        var structure = vessels.Branches * (1 - pleuralAir) * (1 - 0.75 * filled) * (1 - 0.6 * emphysema)
            + vessels.Hila * (1 - pleuralAir) + 0.03 * (frame.Grain + frame.Mottle) * (1 - 0.8 * pleuralAir);
        var (scars, scarred) = Fibrosis();
        var (solid, round) = RoundBodies();
        var (hernia, sac) = Hernia();
        LungAttenuation = 0.55 * structure * lungs.Thickness * thorax.Parenchyma - 0.66 * air - 0.10 * cavities * lungs.Field
            + 0.09 * frame.Line(fromWall - gap) * onSide * lungs.Field + 0.22 * scars * lungs.Field + solid * (0.35 + 0.65 * lungs.Field) + hernia;

        var inLung = filled.gt(0.25).logical_or(pleuralAir.gt(0.5)).logical_or(scarred.gt(0.5)).logical_or(emphysema.gt(0.5)).logical_and(lungs.Field.gt(0.5));
        var heart = thorax.Heart.gt(0.5).logical_and(Is(ChestConditions.Cardiomegaly).gt(0));
        Mask = inLung.logical_or(round).logical_or(heart).logical_or(sac.gt(0.5)).to(ScalarType.Float32);
    }

    /// <summary>What the lungs with their conditions add to the attenuation of the body; negative where there is air, [N, H, W].</summary>
    internal Tensor LungAttenuation { get; }

    /// <summary>1 where a condition is, 0 elsewhere, [N, H, W].</summary>
    internal Tensor Mask { get; }

    private Tensor Is(int condition) => ChestConditions.Column(_present, condition);

    private Tensor Severity() => _draws.Uniform(0.2, 1);

    /// <summary>1 on a side drawn for each image.</summary>
    private Tensor Affected() => 1 - (_frame.Left - _draws.Chance(0.5)).abs_();

    /// <summary>Position relative to a point at a height in the lung, 0 tip to 1 base.</summary>
    private (Tensor Outwards, Tensor Down) From(Tensor height) =>
        (_frame.U - _draws.Uniform(0.30, 0.48), _thorax.Body.BelowTop - _thorax.Body.Height * height);

    // Collapsed plates: lines above the diaphragm, and a dense wedge beside the heart.
    private Tensor Atelectasis()
    {
        using var scope = NewDisposeScope();
        var above = _thorax.Lungs.AboveDiaphragm;
        var level = above - _draws.Uniform(0.06, 0.20) - _draws.Uniform(-0.3, 0.3) * (_frame.U - 0.35);
        var plates = Ridge(level, 0.022 + 0.3 * _frame.Pixel).maximum(0.8 * Ridge(level - _draws.Uniform(0.08, 0.14), 0.018 + 0.3 * _frame.Pixel));
        var wedge = Inside(_draws.Uniform(0.10, 0.22) - above - 0.6 * (_frame.U - 0.15), 0.03) * 0.7;
        var limited = Inside(0.24 - (_frame.U - 0.36).abs(), 0.03);
        return ((plates * limited).maximum(wedge) * 0.85 * Affected() * Is(ChestConditions.Atelectasis)).MoveToOuterDisposeScope();
    }

    private Tensor Effusion()
    {
        using var scope = NewDisposeScope();
        var fluid = PhantomFindings.Fluid(_frame, _thorax, Severity() * 0.8, _draws.Uniform(-0.02, 0.04));
        return (0.97 * fluid * Affected() * Is(ChestConditions.Effusion)).MoveToOuterDisposeScope();
    }

    // Faint, patchy, without a border, often on both sides.
    private Tensor Infiltration()
    {
        using var scope = NewDisposeScope();
        var (x, y) = From(_draws.Uniform(0.45, 0.75));
        var patches = Inside(0.8 * _frame.Mottle + 0.5 * _frame.Grain - 0.1, 0.35) * Inside(0.34 - Length(x, y * 0.8), 0.07);
        var sides = Affected().maximum(_draws.Chance(0.5));
        return (patches * (0.35 + 0.25 * Severity()) * sides * Is(ChestConditions.Infiltration)).MoveToOuterDisposeScope();
    }

    private Tensor Pneumonia(PhantomVessels vessels)
    {
        using var scope = NewDisposeScope();
        var (x, y) = From(_draws.Uniform(0.5, 0.8));
        var distance = Length(x, y * _draws.Uniform(0.7, 1.1)) + 0.05 * _frame.Wave + 0.05 * _frame.Mottle;
        var patch = Inside(0.18 + 0.12 * Severity() - distance, 0.035) * (1 - (1.5 * vessels.Branches).clamp(0, 0.4));
        return (patch * 0.75 * Affected() * Is(ChestConditions.Pneumonia)).MoveToOuterDisposeScope();
    }

    // A lobe that a fissure ends sharply.
    private Tensor Consolidation()
    {
        using var scope = NewDisposeScope();
        var (x, y) = From(_draws.Uniform(0.30, 0.45));
        var lobe = Inside(0.24 + 0.10 * Severity() - Length(x * 0.8, y), 0.03) * Inside(0.10 - y - 0.15 * x, 0.008 + 0.4 * _frame.Pixel);
        return (lobe * 0.9 * Affected() * Is(ChestConditions.Consolidation)).MoveToOuterDisposeScope();
    }

    private Tensor Thickening()
    {
        using var scope = NewDisposeScope();
        var width = 0.045 + 0.045 * Severity() + 0.012 * _frame.Mottle;
        var band = Inside(width - _thorax.Lungs.FromWall, 0.3 * _frame.Pixel + 0.008) * Inside(_thorax.Lungs.Share - _draws.Uniform(0.1, 0.35), 0.05);
        return (band * 0.9 * Affected() * Is(ChestConditions.PleuralThickening)).MoveToOuterDisposeScope();
    }

    // A net of fine lines, most of it below and outside.
    private (Tensor Lines, Tensor Region) Fibrosis()
    {
        var region = Inside(0.24 + 0.10 * Severity() - _thorax.Lungs.FromWall, 0.05)
            .maximum(Inside(_thorax.Lungs.Share - 0.72, 0.05)) * Is(ChestConditions.Fibrosis);
        return (region * Ridge(_frame.Grain, 0.3).maximum(0.7 * Ridge(_frame.Mottle, 0.2)), region);
    }

    private (Tensor Solid, Tensor Region) RoundBodies()
    {
        var (nodule, small) = Body(0.055 + 0.045 * Severity(), 0.28, ChestConditions.Nodule);
        var (mass, large) = Body(0.14 + 0.07 * Severity() + 0.008 * _frame.Mottle, 0.34, ChestConditions.Mass);
        return (nodule.maximum(mass), small.logical_or(large));
    }

    private (Tensor Solid, Tensor Region) Body(Tensor radius, double density, int condition)
    {
        var (x, y) = From(_draws.Uniform(0.22, 0.68));
        var distance = Length(x, y);
        var here = Affected() * Is(condition);
        return (density * Dome(1 - (distance / radius).square(), 0) * Inside(radius - distance, _frame.Pixel * 0.3) * here, distance.lt(radius).logical_and(here.gt(0.5)));
    }

    // The stomach behind the heart: a round shadow with air over fluid.
    private (Tensor Attenuation, Tensor Sac) Hernia()
    {
        var present = Is(ChestConditions.Hernia);
        var (x, y) = (_frame.X - _draws.Uniform(0.02, 0.10), _frame.Y - _thorax.Body.Base + _draws.Uniform(0.26, 0.34));
        var distance = 1 - Length(x / _draws.Uniform(0.17, 0.23), y / _draws.Uniform(0.13, 0.17));
        var sac = Inside(distance, 0.05 + _frame.Pixel) * present;
        var gas = Inside(-0.02 - y, 0.4 * _frame.Pixel + 0.006) * Inside(distance - 0.12, 0.08);
        return (sac * (0.14 - 0.38 * gas) + 0.12 * present * Ridge(distance - 0.06, 0.09), sac);
    }

    // Apical patches with streaks, and a cavity: a ring of wall with air inside.
    private (Tensor Cavities, Tensor Filled) Tuberculosis()
    {
        var present = Is(ChestConditions.Tuberculosis);
        var sides = Affected().maximum(_draws.Chance(0.3)) * present;
        var (x, y) = From(_draws.Uniform(0.16, 0.26));
        var patch = Inside(0.20 + 0.10 * Severity() - Length(x, y) + 0.04 * _frame.Wave, 0.04)
            * Inside(0.7 * _frame.Mottle + 0.6 * _frame.Grain + 0.5, 0.3) * (0.55 + 0.3 * _frame.Severity);
        var radius = _draws.Uniform(0.06, 0.10);
        var distance = Length(x - _draws.Uniform(-0.06, 0.06), y - _draws.Uniform(-0.04, 0.06)) + 0.01 * _frame.Wave;
        var here = _draws.Chance(0.6);
        var wall = Ridge(distance - radius, 0.022 + 0.25 * _frame.Pixel) * 0.9 * here;
        var cavity = Inside(radius - 0.02 - distance, 0.01) * here;
        return (cavity * sides, (patch * (1 - cavity)).maximum(wall) * sides);
    }
}
