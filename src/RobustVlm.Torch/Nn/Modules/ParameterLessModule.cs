using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A module that has nothing to train, save or move.</summary>
public abstract class ParameterLessModule<T1, TResult> : nn.Module<T1, TResult>
{
    /// <summary>Makes a module.</summary>
    /// <param name="name">Name shown in messages.</param>
    protected ParameterLessModule(string name)
        : base(name)
    {
    }
}

/// <summary>A module with two inputs that has nothing to train, save or move.</summary>
public abstract class ParameterLessModule<T1, T2, TResult> : nn.Module<T1, T2, TResult>
{
    /// <summary>Makes a module.</summary>
    /// <param name="name">Name shown in messages.</param>
    protected ParameterLessModule(string name)
        : base(name)
    {
    }
}
