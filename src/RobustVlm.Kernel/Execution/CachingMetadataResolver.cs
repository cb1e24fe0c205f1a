using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace RobustVlm.Kernel.Execution;

/// <summary>
/// Finds assemblies as scripts do, but reads each one only once. Without the cache every cell reads the framework's metadata anew and
/// keeps it: more than four megabytes per cell, never given back.
/// </summary>
internal sealed class CachingMetadataResolver(string directory) : MetadataReferenceResolver
{
    private readonly ScriptMetadataResolver _inner = ScriptMetadataResolver.Default.WithBaseDirectory(directory);
    private readonly ConcurrentDictionary<AssemblyIdentity, PortableExecutableReference> _missing = new();
    private readonly ConcurrentDictionary<string, ImmutableArray<PortableExecutableReference>> _references = new();
    private readonly ConcurrentDictionary<string, DateTime> _written = new();

    /// <summary>Called with a sentence when a referenced file has changed since it was loaded.</summary>
    public Action<string>? Warn { get; set; }

    public override bool ResolveMissingAssemblies => true;

    public override PortableExecutableReference? ResolveMissingAssembly(MetadataReference definition, AssemblyIdentity referenceIdentity)
    {
        if (_missing.TryGetValue(referenceIdentity, out var known))
        {
            return known;
        }

        var found = _inner.ResolveMissingAssembly(definition, referenceIdentity);
        return found is null ? null : _missing.GetOrAdd(referenceIdentity, found);
    }

    public override ImmutableArray<PortableExecutableReference> ResolveReference(
        string reference, string? baseFilePath, MetadataReferenceProperties properties)
    {
        var key = $"{reference}|{Path.GetDirectoryName(baseFilePath)}|{properties.GetHashCode()}";
        if (_references.TryGetValue(key, out var known))
        {
            WarnIfChanged(known);
            return known;
        }

        var found = _inner.ResolveReference(reference, baseFilePath, properties);
        if (!found.IsDefaultOrEmpty)
        {
            _references[key] = found;
            foreach (var path in found.Select(item => item.FilePath).OfType<string>())
            {
                _written.TryAdd(path, File.GetLastWriteTimeUtc(path));
            }
        }

        return found;
    }

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    // The loaded code stays the old one, and on Linux a file overwritten in place can even crash the process.
    private void WarnIfChanged(ImmutableArray<PortableExecutableReference> references)
    {
        foreach (var path in references.Select(item => item.FilePath).OfType<string>())
        {
            if (_written.TryGetValue(path, out var loaded) && File.GetLastWriteTimeUtc(path) is var now && now != loaded)
            {
                _written[path] = now;
                Warn?.Invoke($"{Path.GetFileName(path)} has changed since it was loaded; restart the kernel to use the new one.");
            }
        }
    }
}
