namespace TorchSharp;

public static partial class torch
{
    /// <content>Moving between dispose scopes.</content>
    public unsafe partial class Tensor
    {
        /// <summary>Moves the tensor to the scope around its own, so that it outlives the one that is about to close.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            if (Scope is { } scope)
            {
                DisposeScope.MoveTo(this, scope.Outer);
            }

            return this;
        }

        /// <summary>Takes the tensor out of all scopes.</summary>
        public Tensor DetachFromDisposeScope()
        {
            DisposeScope.MoveTo(this, null);
            return this;
        }
    }
}
