namespace RobustVlm.Data.Worlds.Families;

/// <summary>Things from a household, a workshop, a wardrobe: the broad set to learn from, none of which occurs in another family.</summary>
internal sealed class Objects : ClassFamily
{
    public override string Name => "objects";

    public override string Title => "Household objects";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.55,
        LargestScale = 0.92,
        Turn = 0.35,
        Mirrored = true,
        Templates = ["a picture of {0}.", "an image of {0}.", "{0}.", "a drawing of {0}.", "there is {0} in the picture."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        new("mug", ObjectShapes.Mug, "a {colour} mug", "a {colour} cup with a handle"),
        new("bottle", ObjectShapes.Bottle, "a {colour} bottle"),
        new("table lamp", ObjectShapes.TableLamp, "a {colour} table lamp", "a {colour} lamp with a shade"),
        new("chair", ObjectShapes.Chair, "a {colour} chair", "a {colour} kitchen chair"),
        new("umbrella", ObjectShapes.Umbrella, "an {colour} umbrella", "an open {colour} umbrella"),
        new("hammer", ObjectShapes.Hammer, "a {colour} hammer", "a hammer with a {colour} head"),
        new("scissors", ObjectShapes.Scissors, "a pair of {colour} scissors", "{colour} scissors"),
        new("key", ObjectShapes.Key, "a {colour} key", "a {colour} door key"),
        new("spectacles", ObjectShapes.Spectacles, "a pair of {colour} spectacles", "{colour} spectacles for reading"),
        new("envelope", ObjectShapes.Envelope, "an {colour} envelope", "a closed {colour} envelope"),
        new("ladder", ObjectShapes.Ladder, "a {colour} ladder", "a {colour} ladder with rungs"),
        new("bell", ObjectShapes.Bell, "a {colour} bell"),
        new("anchor", ObjectShapes.Anchor, "an {colour} anchor", "a {colour} ship's anchor"),
        new("crown", ObjectShapes.Crown, "a {colour} crown", "a king's {colour} crown"),
        new("candle", ObjectShapes.Candle, "a {colour} candle", "a burning {colour} candle"),
        new("guitar", ObjectShapes.Guitar, "a {colour} guitar"),
        new("top hat", ObjectShapes.TopHat, "a {colour} top hat", "a tall {colour} top hat"),
        new("fork", ObjectShapes.Fork, "a {colour} fork", "a {colour} fork with three tines"),
        new("T-shirt", ObjectShapes.Shirt, "a {colour} T-shirt", "a {colour} T-shirt with short sleeves"),
        new("sock", ObjectShapes.Sock, "a {colour} sock"),
        new("padlock", ObjectShapes.Padlock, "a {colour} padlock", "a closed {colour} padlock"),
        new("magnifying glass", ObjectShapes.MagnifyingGlass, "a {colour} magnifying glass"),
        new("hourglass", ObjectShapes.Hourglass, "an {colour} hourglass", "an {colour} hourglass with sand"),
        new("light bulb", ObjectShapes.LightBulb, "a {colour} light bulb"),
    ];
}
