namespace RobustVlm.Models;

/// <summary>A model that keeps the settings it was made with, so that <see cref="Checkpoint"/> can store both in one file.</summary>
/// <typeparam name="TOptions">Its options record; it implements <see cref="IModelOptions{TModel}"/>.</typeparam>
public interface IModel<out TOptions>
    where TOptions : class
{
    /// <summary>The settings this model was made with.</summary>
    TOptions Options { get; }
}
