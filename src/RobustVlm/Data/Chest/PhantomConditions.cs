using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Several conditions in one chest, each with its own side, place and severity: what they do to the lungs, and where they are.</summary>
/// <remarks>As in <see cref="PhantomFindings"/>, fluid takes the place of air. Cardiomegaly is part of the anatomy already.</remarks>
internal sealed class PhantomConditions
{
    /// <summary>Random numbers that an image needs.</summary>
    internal const int Columns = Each * ChestConditions.Count;

    // Every condition has numbers of its own, so that one that no image has can be left out without changing the others.
    private const int Each = 10;

    private readonly PhantomFrame _frame;
    private readonly PhantomThorax _thorax;
    private readonly Tensor _present;
    private readonly Tensor _numbers;
    private readonly bool[] _occurs;
    private readonly Tensor _nothing;

    internal PhantomConditions(PhantomFrame frame, PhantomThorax thorax, PhantomVessels vessels, Tensor present, Tensor numbers)
    {
        (_frame, _thorax, _present, _numbers) = (frame, thorax, present, numbers);
        _occurs = [.. present.sum([0]).cpu().data<float>().ToArray().Select(images => images > 0)];
        _nothing = zeros([1, 1, 1], dtype: ScalarType.Float32, device: present.device);
        var lungs = thorax.Lungs;
        var edema = _occurs[ChestConditions.Edema] ? PhantomFindings.Wet(frame, thorax, vessels) : _nothing;
        var (cavities, tuberculosis) = Tuberculosis();
        var thickening = Thickening();
        var filled = Max(Atelectasis(), Effusion(), Infiltration(), Pneumonia(vessels), Consolidation(), thickening, edema, tuberculosis);

        var (pleuralAir, collapsed, pleura) = Pneumothorax();
        var emphysema = Is(ChestConditions.Emphysema);
        var air = thorax.Air * (1 - filled) * (1 - collapsed) * (1 + 0.18 * pleuralAir) * (1 + 0.22 * emphysema);
        var structure = vessels.Branches * (1 - pleuralAir) * (1 - 0.75 * filled) * (1 - 0.6 * emphysema)
            + vessels.Hila * (1 - pleuralAir) + 0.03 * (frame.Grain + frame.Mottle) * (1 - 0.8 * pleuralAir);
        var (scars, scarred) = Fibrosis();
        var (solid, round) = RoundBodies();
        var (hernia, sac) = Hernia();
        LungAttenuation = 0.55 * structure * lungs.Thickness * thorax.Parenchyma - 0.66 * air - 0.10 * cavities * lungs.Field
            + 0.09 * pleura * lungs.Field + 0.14 * thickening * lungs.Field + 0.22 * scars * lungs.Field + solid * (0.35 + 0.65 * lungs.Field) + hernia;

        var inLung = filled.gt(0.15).logical_or(pleuralAir.gt(0.5)).logical_or(scarred.gt(0.5)).logical_or(emphysema.gt(0.5)).logical_and(lungs.Field.gt(0.5));
        var heart = thorax.Heart.gt(0.5).logical_and(Is(ChestConditions.Cardiomegaly).gt(0));
        Mask = inLung.logical_or(round).logical_or(heart).logical_or(sac.gt(0.5)).to(ScalarType.Float32);
    }

    /// <summary>What the lungs with their conditions add to the attenuation of the body; negative where there is air, [N, H, W].</summary>
    internal Tensor LungAttenuation { get; }

    /// <summary>1 where a condition is, 0 elsewhere, [N, H, W].</summary>
    internal Tensor Mask { get; }

    private Tensor Is(int condition) => ChestConditions.Column(_present, condition);

    private PhantomDraws DrawsOf(int condition) => new(_numbers.narrow(1, condition * Each, Each));

    private static Tensor Severity(PhantomDraws draws) => draws.Uniform(0.2, 1);

    /// <summary>1 on a side drawn for each image.</summary>
    private Tensor Affected(PhantomDraws draws) => 1 - (_frame.Left - draws.Chance(0.5)).abs_();

    /// <summary>Position relative to a point at a height in the lung, 0 tip to 1 base.</summary>
    private (Tensor Outwards, Tensor Down) From(PhantomDraws draws, Tensor height) =>
        (_frame.U - draws.Uniform(0.30, 0.48), _thorax.Body.BelowTop - _thorax.Body.Height * height);

    // Air at the wall, the lung behind it collapsed, and between them the pleura as a line.
    private (Tensor Air, Tensor Collapsed, Tensor Line) Pneumothorax()
    {
        if (!_occurs[ChestConditions.Pneumothorax])
        {
            return (_nothing, _nothing, _nothing);
        }

        var draws = DrawsOf(ChestConditions.Pneumothorax);
        var fromWall = _thorax.Lungs.FromWall.minimum(_thorax.Body.BelowTop);
        var severity = Severity(draws);
        var gap = (0.08 + 0.24 * severity) * (1.35 - 0.75 * _thorax.Lungs.Share.clamp(0, 1));
        var onSide = Affected(draws) * Is(ChestConditions.Pneumothorax);
        var air = Inside(gap - fromWall, _frame.Pixel * 0.3 + 0.004) * onSide;
        return (air, onSide * (1 - air) * (0.08 + 0.27 * severity), _frame.Line(fromWall - gap) * onSide);
    }

    // Collapsed plates: lines above the diaphragm, and a dense wedge beside the heart.
    private Tensor Atelectasis()
    {
        if (!_occurs[ChestConditions.Atelectasis])
        {
            return _nothing;
        }

        using var scope = NewDisposeScope();
        var draws = DrawsOf(ChestConditions.Atelectasis);
        var above = _thorax.Lungs.AboveDiaphragm;
        var level = above - draws.Uniform(0.06, 0.20) - draws.Uniform(-0.3, 0.3) * (_frame.U - 0.35);
        var plates = Ridge(level, 0.022 + 0.3 * _frame.Pixel).maximum(0.8 * Ridge(level - draws.Uniform(0.08, 0.14), 0.018 + 0.3 * _frame.Pixel));
        var wedge = Inside(draws.Uniform(0.10, 0.22) - above - 0.6 * (_frame.U - 0.15), 0.03) * 0.7;
        var limited = Inside(0.24 - (_frame.U - 0.36).abs(), 0.03);
        return ((plates * limited).maximum(wedge) * 0.85 * Affected(draws) * Is(ChestConditions.Atelectasis)).MoveToOuterDisposeScope();
    }

    private Tensor Effusion()
    {
        if (!_occurs[ChestConditions.Effusion])
        {
            return _nothing;
        }

        using var scope = NewDisposeScope();
        var draws = DrawsOf(ChestConditions.Effusion);
        var fluid = PhantomFindings.Fluid(_frame, _thorax, Severity(draws) * 0.8, draws.Uniform(-0.02, 0.04));
        return (0.97 * fluid * Affected(draws) * Is(ChestConditions.Effusion)).MoveToOuterDisposeScope();
    }

    // Faint, patchy, without a border, often on both sides.
    private Tensor Infiltration()
    {
        if (!_occurs[ChestConditions.Infiltration])
        {
            return _nothing;
        }

        using var scope = NewDisposeScope();
        var draws = DrawsOf(ChestConditions.Infiltration);
        var (x, y) = From(draws, draws.Uniform(0.45, 0.75));
        var patches = Inside(0.8 * _frame.Mottle + 0.5 * _frame.Grain + 0.2, 0.35) * Inside(0.34 - Length(x, y * 0.8), 0.07);
        var sides = Affected(draws).maximum(draws.Chance(0.5));
        return (patches * (0.35 + 0.25 * Severity(draws)) * sides * Is(ChestConditions.Infiltration)).MoveToOuterDisposeScope();
    }

    private Tensor Pneumonia(PhantomVessels vessels)
    {
        if (!_occurs[ChestConditions.Pneumonia])
        {
            return _nothing;
        }

        using var scope = NewDisposeScope();
        var draws = DrawsOf(ChestConditions.Pneumonia);
        var (x, y) = From(draws, draws.Uniform(0.5, 0.8));
        var distance = Length(x, y * draws.Uniform(0.7, 1.1)) + 0.05 * _frame.Wave + 0.05 * _frame.Mottle;
        var patch = Inside(0.18 + 0.12 * Severity(draws) - distance, 0.035) * (1 - (1.5 * vessels.Branches).clamp(0, 0.4));
        return (patch * 0.75 * Affected(draws) * Is(ChestConditions.Pneumonia)).MoveToOuterDisposeScope();
    }

    // A lobe that a fissure ends sharply.
    private Tensor Consolidation()
    {
        if (!_occurs[ChestConditions.Consolidation])
        {
            return _nothing;
        }

        using var scope = NewDisposeScope();
        var draws = DrawsOf(ChestConditions.Consolidation);
        var (x, y) = From(draws, draws.Uniform(0.30, 0.45));
        var lobe = Inside(0.24 + 0.10 * Severity(draws) - Length(x * 0.8, y), 0.03) * Inside(0.10 - y - 0.15 * x, 0.008 + 0.4 * _frame.Pixel);
        return (lobe * 0.9 * Affected(draws) * Is(ChestConditions.Consolidation)).MoveToOuterDisposeScope();
    }

    private Tensor Thickening()
    {
        if (!_occurs[ChestConditions.PleuralThickening])
        {
            return _nothing;
        }

        using var scope = NewDisposeScope();
        var draws = DrawsOf(ChestConditions.PleuralThickening);
        var width = 0.065 + 0.065 * Severity(draws) + 0.015 * _frame.Mottle;
        var band = Inside(width - _thorax.Lungs.FromWall, 0.3 * _frame.Pixel + 0.008) * Inside(_thorax.Lungs.Share - draws.Uniform(0.0, 0.25), 0.05);
        return (band * 0.9 * Affected(draws) * Is(ChestConditions.PleuralThickening)).MoveToOuterDisposeScope();
    }

    // A net of fine lines, most of it below and outside.
    private (Tensor Lines, Tensor Region) Fibrosis()
    {
        if (!_occurs[ChestConditions.Fibrosis])
        {
            return (_nothing, _nothing);
        }

        var draws = DrawsOf(ChestConditions.Fibrosis);
        var region = Inside(0.24 + 0.10 * Severity(draws) - _thorax.Lungs.FromWall, 0.05)
            .maximum(Inside(_thorax.Lungs.Share - 0.72, 0.05)) * Is(ChestConditions.Fibrosis);
        return (region * Ridge(_frame.Grain, 0.3).maximum(0.7 * Ridge(_frame.Mottle, 0.2)), region);
    }

    private (Tensor Solid, Tensor Region) RoundBodies()
    {
        var (nodule, small) = Body(severity => 0.055 + 0.045 * severity, 0.28, ChestConditions.Nodule);
        var (mass, large) = Body(severity => 0.14 + 0.07 * severity + 0.008 * _frame.Mottle, 0.34, ChestConditions.Mass);
        return (nodule.maximum(mass), small.logical_or(large));
    }

    private (Tensor Solid, Tensor Region) Body(Func<Tensor, Tensor> size, double density, int condition)
    {
        if (!_occurs[condition])
        {
            return (_nothing, _nothing.gt(0));
        }

        var draws = DrawsOf(condition);
        var radius = size(Severity(draws));
        var (x, y) = From(draws, draws.Uniform(0.22, 0.68));
        var distance = Length(x, y);
        var here = Affected(draws) * Is(condition);
        return (density * Dome(1 - (distance / radius).square(), 0) * Inside(radius - distance, _frame.Pixel * 0.3) * here, distance.lt(radius).logical_and(here.gt(0.5)));
    }

    // The stomach behind the heart: a round shadow with air over fluid.
    private (Tensor Attenuation, Tensor Sac) Hernia()
    {
        if (!_occurs[ChestConditions.Hernia])
        {
            return (_nothing, _nothing);
        }

        var draws = DrawsOf(ChestConditions.Hernia);
        var present = Is(ChestConditions.Hernia);
        var (x, y) = (_frame.X - draws.Uniform(0.02, 0.10), _frame.Y - _thorax.Body.Base + draws.Uniform(0.26, 0.34));
        var distance = 1 - Length(x / draws.Uniform(0.17, 0.23), y / draws.Uniform(0.13, 0.17));
        var sac = Inside(distance, 0.05 + _frame.Pixel) * present;
        var gas = Inside(-0.02 - y, 0.4 * _frame.Pixel + 0.006) * Inside(distance - 0.12, 0.08);
        return (sac * (0.14 - 0.38 * gas) + 0.12 * present * Ridge(distance - 0.06, 0.09), sac);
    }

    // Apical patches with streaks, and a cavity: a ring of wall with air inside.
    private (Tensor Cavities, Tensor Filled) Tuberculosis()
    {
        if (!_occurs[ChestConditions.Tuberculosis])
        {
            return (_nothing, _nothing);
        }

        var draws = DrawsOf(ChestConditions.Tuberculosis);
        var present = Is(ChestConditions.Tuberculosis);
        var sides = Affected(draws).maximum(draws.Chance(0.3)) * present;
        var (x, y) = From(draws, draws.Uniform(0.16, 0.26));
        var patch = Inside(0.13 + 0.13 * Severity(draws) - Length(x, y) + 0.04 * _frame.Wave, 0.04)
            * Inside(0.7 * _frame.Mottle + 0.6 * _frame.Grain + 0.3, 0.3) * (0.45 + 0.35 * _frame.Severity);
        var radius = draws.Uniform(0.06, 0.10);
        var distance = Length(x - draws.Uniform(-0.06, 0.06), y - draws.Uniform(-0.04, 0.06)) + 0.01 * _frame.Wave;
        var here = draws.Chance(0.6);
        var wall = Ridge(distance - radius, 0.022 + 0.25 * _frame.Pixel) * 0.9 * here;
        var cavity = Inside(radius - 0.02 - distance, 0.01) * here;
        return (cavity * sides, (patch * (1 - cavity)).maximum(wall) * sides);
    }
}
