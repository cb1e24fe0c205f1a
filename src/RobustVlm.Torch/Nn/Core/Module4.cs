namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A module with four inputs: derive, write <see cref="forward"/>, use <see cref="call"/>.</summary>
        public abstract class Module<T1, T2, T3, T4, TResult>
            : HookableModule<Func<Module<T1, T2, T3, T4, TResult>, T1, T2, T3, T4, (T1, T2, T3, T4)?>, Func<Module<T1, T2, T3, T4, TResult>, T1, T2, T3, T4, TResult, TResult>>, IModule<T1, T2, T3, T4, TResult>
        {
            /// <summary>Makes an empty module.</summary>
            /// <param name="name">Name shown in messages, usually the class name.</param>
            protected Module(string name)
                : base(name)
            {
            }

            /// <summary>The computation itself; runs no hooks.</summary>
            public abstract TResult forward(T1 input1, T2 input2, T3 input3, T4 input4);

            /// <summary>Runs the hooks around <see cref="forward"/>.</summary>
            public TResult call(T1 input1, T2 input2, T3 input3, T4 input4)
            {
                RunModulePreHooks();
                foreach (var hook in PreHooks)
                {
                    (input1, input2, input3, input4) = hook(this, input1, input2, input3, input4) ?? (input1, input2, input3, input4);
                }

                var result = forward(input1, input2, input3, input4);
                foreach (var hook in PostHooks)
                {
                    result = hook(this, input1, input2, input3, input4, result) ?? result;
                }

                RunModulePostHooks();
                return result;
            }
        }
    }
}
