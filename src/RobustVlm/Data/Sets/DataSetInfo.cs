namespace RobustVlm.Data.Sets;

/// <summary>One line of the registry: what an image set is and where it comes from. Nothing is downloaded by this library.</summary>
/// <param name="Name">Short name for <see cref="DataSetRegistry.Open"/>.</param>
/// <param name="Title">Its full name.</param>
/// <param name="Subject">What the images show.</param>
/// <param name="Task">What it is for.</param>
/// <param name="Images">Number of images, as published; 0 where it is up to the user.</param>
/// <param name="Licence">Under which conditions it may be used.</param>
/// <param name="Address">Where to get it.</param>
/// <param name="Layout">Files and folders as they are after unpacking, in words.</param>
public sealed record DataSetInfo(string Name, string Title, string Subject, ImageTask Task, int Images, string Licence, string Address, string Layout)
{
    /// <summary>MD5 of the archive where its makers or torchvision publish one: file name and checksum; else empty.</summary>
    public string Checksum { get; init; } = "";

    /// <summary>The environment variable that names its folder.</summary>
    public string Variable => $"ROBUSTVLM_{Name.ToUpperInvariant().Replace('-', '_')}";

    internal Func<SetFolder, ImageSetOptions, ImageSet> Reader { get; init; } = (_, _) => throw new NotSupportedException("Open sets through DataSetRegistry.");

    /// <summary>What to say when it is not there.</summary>
    /// <param name="folder">Where it was looked for; null when no folder was named.</param>
    public string HowToGetIt(string? folder = null) => Images == 0
        ? $"{(folder is null ? "No folder was named" : $"There is no folder {folder}")}: name the one with {Title} in Open or in the environment variable {Variable} (or put it as {Name} into the folder that {DataSetRegistry.RootVariable} names); expected is {Layout}"
        : $"{Title} {(folder is null ? "has no folder" : $"is not in {folder}")}: get it from {Address} (licence: {Licence}), unpack it, and name its folder in Open or in the environment variable {Variable} (or put it as {Name} into the folder that {DataSetRegistry.RootVariable} names); expected is {Layout}";

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Title}, {Subject}, {Task}, {(Images > 0 ? $"{Images:N0} images" : "your images")}, {Licence}, {Address}";
}
