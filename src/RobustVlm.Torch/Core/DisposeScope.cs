namespace TorchSharp;

public static partial class torch
{
    [ThreadStatic]
    private static DisposeScope? s_current;

    // Follows the flow of control through await, and says when a thread turns to another one.
    private static readonly AsyncLocal<DisposeScope?> s_flow = new(OnFlowChanged);

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
    /// </summary>
    /// <remarks>
    /// A scope belongs to its thread and to the method that opened it. While an <c>await</c> is pending, other work on the thread is outside the
    /// scope; when the method goes on on another thread, what it makes there is outside too and is left to the garbage collector. What was made
    /// before is freed with the scope, on whichever thread that happens.
    /// </remarks>
    public static DisposeScope NewDisposeScope()
    {
        var enclosing = s_flow.Value;
        while (enclosing is { IsClosed: true })
        {
            enclosing = enclosing.Enclosing;
        }

        var scope = new DisposeScope(CurrentScope, enclosing);
        s_current = scope;
        s_flow.Value = scope;
        return scope;
    }

    /// <summary>A scope for code that awaits nothing, at less than half the cost.</summary>
    internal static DisposeScope NewInnerScope() => s_current = new DisposeScope(CurrentScope, null);

    /// <summary>Runs a function in a scope of its own and moves the resulting tensor out.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        ArgumentNullException.ThrowIfNull(expr);
        using var scope = NewInnerScope();
        return expr().MoveToOuterDisposeScope();
    }

    internal static void Close(DisposeScope scope)
    {
        // A scope that is closed late, or on another thread, must not cut off scopes that are still open.
        if (s_current == scope)
        {
            s_current = scope.Outer;
        }
    }

    private static void OnFlowChanged(AsyncLocalValueChangedArgs<DisposeScope?> change)
    {
        if (!change.ThreadContextChanged)
        {
            return;
        }

        // Closing a scope does not change the flow: that would cost as much as opening one.
        var scope = change.CurrentValue;
        while (scope is not null && (scope.IsClosed || scope.Thread != Environment.CurrentManagedThreadId))
        {
            scope = scope.Enclosing;
        }

        s_current = scope;
    }
}

/// <summary>Frees the tensors made while it was open. Made by <see cref="torch.NewDisposeScope"/>.</summary>
public sealed class DisposeScope : IDisposable
{
    private const int FirstCompaction = 1024;

    private static readonly List<torch.Tensor> s_none = [];

    // After an await another thread may move tensors in while this one makes some.
    private readonly Lock _lock = new();
    private List<torch.Tensor> _members = [];
    private int _compactAt = FirstCompaction;
    private volatile bool _closed;

    internal DisposeScope(DisposeScope? outer, DisposeScope? enclosing)
    {
        Outer = outer;
        Enclosing = enclosing;
    }

    /// <summary>Tensors made in this scope and still belonging to it.</summary>
    public int DisposablesCount
    {
        get
        {
            lock (_lock)
            {
                return _members.Count(Owns);
            }
        }
    }

    internal DisposeScope? Outer { get; }

    /// <summary>The scope of the flow of control that opened this one; after an <c>await</c> it may be another thread's.</summary>
    internal DisposeScope? Enclosing { get; }

    internal int Thread { get; } = Environment.CurrentManagedThreadId;

    internal bool IsClosed => _closed;

    /// <summary>Moves tensors of this scope to the enclosing one, or out of all scopes when there is none; others stay where they are.</summary>
    public void MoveToOuter(params IEnumerable<torch.Tensor> disposables)
    {
        ArgumentNullException.ThrowIfNull(disposables);
        foreach (var tensor in disposables.Where(Contains))
        {
            MoveTo(tensor, Outer);
        }
    }

    /// <summary>Takes tensors of this scope out of all scopes: their owner disposes them, or the garbage collector.</summary>
    public void Detach(params IEnumerable<torch.Tensor> disposables)
    {
        ArgumentNullException.ThrowIfNull(disposables);
        foreach (var tensor in disposables.Where(Contains))
        {
            MoveTo(tensor, null);
        }
    }

    /// <summary>Frees everything in the scope now, except the tensors given.</summary>
    public void DisposeEverythingBut(params IEnumerable<torch.Tensor> inKeep)
    {
        ArgumentNullException.ThrowIfNull(inKeep);
        var kept = inKeep.ToHashSet<object>(ReferenceEqualityComparer.Instance);
        List<torch.Tensor> freed;
        lock (_lock)
        {
            freed = [.. _members.Where(Owns).Where(member => !kept.Contains(member))];
            _members.RemoveAll(member => !kept.Contains(member));
        }

        freed.ForEach(member => member.Dispose());
    }

    /// <summary>Frees everything in the scope now; the scope stays open.</summary>
    public void DisposeEverything() => DisposeEverythingBut([]);

    /// <summary>Whether a tensor belongs to this scope.</summary>
    public bool Contains(torch.Tensor disposable)
    {
        ArgumentNullException.ThrowIfNull(disposable);
        return disposable.Scope == this;
    }

    /// <summary>Closes the scope and frees what still belongs to it.</summary>
    public void Dispose()
    {
        List<torch.Tensor> members;
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            members = _members;
            _members = s_none;
        }

        torch.Close(this);
        foreach (var member in members)
        {
            if (Owns(member))
            {
                member.Dispose();
            }
        }
    }

    /// <summary>Makes a tensor belong to a scope, or to the next one around it that is still open.</summary>
    internal static void MoveTo(torch.Tensor tensor, DisposeScope? scope)
    {
        if (tensor.Scope == scope)
        {
            return;
        }

        tensor.Scope = null;
        while (scope is not null && !scope.Add(tensor))
        {
            scope = scope.Outer;
        }
    }

    /// <summary>Takes a tensor in; false when the scope is closed.</summary>
    internal bool Add(torch.Tensor tensor)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            // A scope that stays open for long must not keep every object that was ever made in it.
            if (_members.Count >= _compactAt)
            {
                _members.RemoveAll(member => !Owns(member));
                _compactAt = Math.Max(FirstCompaction, 2 * _members.Count);
            }

            _members.Add(tensor);
            tensor.Scope = this;
            return true;
        }
    }

    // A moved or freed member stays in the list: taking it out would cost more than skipping it later.
    private bool Owns(torch.Tensor member) => member.Scope == this;
}
