namespace TorchSharp;

/// <summary>Hooks in order of registration. The array is replaced on change, so a hook may remove itself while running.</summary>
internal sealed class HookList<THook>
    where THook : Delegate
{
    private THook[] _hooks = [];

    public ReadOnlySpan<THook> Current => _hooks;

    public Action Add(THook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        _hooks = [.. _hooks, hook];
        var registered = true;
        return () =>
        {
            if (!registered)
            {
                return;
            }

            registered = false;
            var index = Array.IndexOf(_hooks, hook);
            _hooks = [.. _hooks[..index], .. _hooks[(index + 1)..]];
        };
    }
}
