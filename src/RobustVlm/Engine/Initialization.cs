namespace RobustVlm.Engine;

/// <summary>Making models whose weights come from a file.</summary>
/// <example>
/// <code>
/// Clip model;
/// using (Initialization.Skip())
/// {
///     model = new Clip(options);
/// }
///
/// model.load_state_dict(Safetensors.Load(path));
/// </code>
/// </example>
public static class Initialization
{
    /// <summary>Until the returned scope ends, new layers on this thread draw no start values, which large models spend most of their time on.</summary>
    /// <returns>The scope. Parameters made inside it hold NaN until they are loaded, so that a forgotten one is seen.</returns>
    /// <remarks>With the TorchSharp package, which cannot skip them, start values are drawn as always.</remarks>
    public static IDisposable Skip() => NativeEngine.SkipInitialization();
}
