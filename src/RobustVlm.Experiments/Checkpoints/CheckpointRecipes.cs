namespace RobustVlm.Experiments.Checkpoints;

/// <summary>The recipes of all shipped checkpoints.</summary>
internal static class CheckpointRecipes
{
    internal static IReadOnlyList<ICheckpointRecipe> All { get; } =
    [
        new MiniClipRecipe(MiniClipRecipeOptions.Full),
        new MiniVitRecipe(MiniVitRecipe.Full),
        new MiniSelfSupervisedVitRecipe(MiniSelfSupervisedVitRecipe.Full),
        new MiniAutoencoderRecipe(MiniAutoencoderRecipe.Full),
        Captions(new TextRecipeOptions()),
        Reports(new TextRecipeOptions()),
        MiniDiffusionRecipe.Full,
    ];

    /// <summary>The same recipes cut down to seconds, for tests.</summary>
    internal static IReadOnlyList<ICheckpointRecipe> Smoke { get; } =
    [
        new MiniClipRecipe(MiniClipRecipeOptions.Smoke),
        new MiniVitRecipe(MiniVitRecipe.Full.ForSmoke()),
        new MiniSelfSupervisedVitRecipe(MiniSelfSupervisedVitRecipe.Full.ForSmoke()),
        new MiniAutoencoderRecipe(MiniAutoencoderRecipe.Full.ForSmoke()),
        Captions(TextRecipeOptions.Smoke),
        Reports(TextRecipeOptions.Smoke),
        MiniDiffusionRecipe.Smoke,
    ];

    private static TextRecipe Captions(TextRecipeOptions options) => new(ShippedCheckpoints.TextEncoderNames[0], "captions of all worlds", WorldTexts.Captions, options);

    private static TextRecipe Reports(TextRecipeOptions options) => new(ShippedCheckpoints.TextEncoderNames[1], "radiology reports with findings and impression", WorldTexts.Reports, options);
}
