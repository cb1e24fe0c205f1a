namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A module with one input: derive, write <see cref="forward"/>, use <see cref="call"/>.</summary>
        public abstract class Module<T, TResult>
            : HookableModule<Func<Module<T, TResult>, T, T>, Func<Module<T, TResult>, T, TResult, TResult>>, IModule<T, TResult>
        {
            /// <summary>Makes an empty module.</summary>
            /// <param name="name">Name shown in messages, usually the class name.</param>
            protected Module(string name)
                : base(name)
            {
            }

            /// <summary>The computation itself; runs no hooks.</summary>
            public abstract TResult forward(T input);

            /// <summary>Runs the hooks around <see cref="forward"/>.</summary>
            public TResult call(T input)
            {
                RunModulePreHooks();
                foreach (var hook in PreHooks)
                {
                    input = hook(this, input) ?? input;
                }

                var result = forward(input);
                foreach (var hook in PostHooks)
                {
                    result = hook(this, input, result) ?? result;
                }

                RunModulePostHooks();
                return result;
            }
        }
    }
}
