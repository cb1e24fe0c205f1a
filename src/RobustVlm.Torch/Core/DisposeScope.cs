namespace TorchSharp;

public static partial class torch
{
    [ThreadStatic]
    private static DisposeScope? s_current;

    /// <summary>The innermost open scope of this thread.</summary>
    internal static DisposeScope? CurrentScope
    {
        get
        {
            // A scope that another thread closed is still this thread's latest.
            while (s_current is { IsClosed: true })
            {
                s_current = s_current.Outer;
            }

            return s_current;
        }
    }

    /// <summary>
    /// Opens a scope: every tensor made on this thread until it is disposed is freed with it, except those moved out.
    /// Scopes belong to their thread and do not follow an <c>await</c>.
    /// </summary>
    public static DisposeScope NewDisposeScope() => s_current = new DisposeScope(CurrentScope);

    /// <summary>Runs a function in a scope of its own and moves the resulting tensor out.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        using var scope = NewDisposeScope();
        return expression().MoveToOuterDisposeScope();
    }

    internal static void Close(DisposeScope scope)
    {
        // A scope that is closed late, or on another thread, must not cut off scopes that are still open.
        if (s_current == scope)
        {
            s_current = scope.Outer;
        }
    }
}

/// <summary>Frees the tensors made while it was open. Made by <see cref="torch.NewDisposeScope"/>.</summary>
public sealed class DisposeScope : IDisposable
{
    private const int FirstCompaction = 1024;

    private readonly List<torch.Tensor> _members = [];
    private int _compactAt = FirstCompaction;

    internal DisposeScope(DisposeScope? outer) => Outer = outer;

    /// <summary>Tensors made in this scope and still belonging to it.</summary>
    public int DisposablesCount => _members.Count(Owns);

    internal DisposeScope? Outer { get; }

    internal bool IsClosed { get; private set; }

    /// <summary>Moves tensors of this scope to the enclosing one, or out of all scopes when there is none; others stay where they are.</summary>
    public void MoveToOuter(params IEnumerable<torch.Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        foreach (var tensor in tensors.Where(Contains))
        {
            MoveTo(tensor, Outer);
        }
    }

    /// <summary>Takes tensors of this scope out of all scopes: their owner disposes them, or the garbage collector.</summary>
    public void Detach(params IEnumerable<torch.Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        foreach (var tensor in tensors.Where(Contains))
        {
            MoveTo(tensor, null);
        }
    }

    /// <summary>Frees everything in the scope now, except the tensors given.</summary>
    public void DisposeEverythingBut(params IEnumerable<torch.Tensor> keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        var kept = keep.ToHashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var member in _members.Where(Owns).Where(m => !kept.Contains(m)))
        {
            member.Dispose();
        }

        _members.RemoveAll(member => !kept.Contains(member));
    }

    /// <summary>Frees everything in the scope now; the scope stays open.</summary>
    public void DisposeEverything() => DisposeEverythingBut([]);

    /// <summary>Whether a tensor belongs to this scope.</summary>
    public bool Contains(torch.Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Scope == this;
    }

    /// <summary>Closes the scope and frees what still belongs to it.</summary>
    public void Dispose()
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        torch.Close(this);
        foreach (var member in _members)
        {
            if (Owns(member))
            {
                member.Dispose();
            }
        }

        _members.Clear();
    }

    internal static void MoveTo(torch.Tensor tensor, DisposeScope? scope)
    {
        if (tensor.Scope == scope)
        {
            return;
        }

        tensor.Scope = scope;
        scope?.Add(tensor);
    }

    internal void Add(torch.Tensor tensor)
    {
        // A scope that stays open for long must not keep every object that was ever made in it.
        if (_members.Count >= _compactAt)
        {
            _members.RemoveAll(member => !Owns(member));
            _compactAt = Math.Max(FirstCompaction, 2 * _members.Count);
        }

        _members.Add(tensor);
    }

    // A moved or freed member stays in the list: taking it out would cost more than skipping it later.
    private bool Owns(torch.Tensor member) => member.Scope == this;
}
