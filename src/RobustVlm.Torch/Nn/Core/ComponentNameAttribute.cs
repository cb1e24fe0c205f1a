namespace TorchSharp.Utils;

/// <summary>Gives a component field another key than its own name.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ComponentNameAttribute : Attribute
{
    /// <summary>The key part.</summary>
    public string? Name { get; set; }
}
