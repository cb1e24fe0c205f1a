namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A module whose <c>call</c> runs hooks before and after <c>forward</c>.</summary>
        /// <typeparam name="TPreHook">Gets the inputs and may replace them.</typeparam>
        /// <typeparam name="TPostHook">Gets inputs and result and may replace the result.</typeparam>
        public class HookableModule<TPreHook, TPostHook> : Module
            where TPreHook : Delegate
            where TPostHook : Delegate
        {
            private readonly HookList<TPreHook> _preHooks = new();
            private readonly HookList<TPostHook> _postHooks = new();
            private readonly HookList<Action<Module>> _modulePreHooks = new();
            private readonly HookList<Action<Module>> _modulePostHooks = new();

            /// <summary>Makes a module without hooks.</summary>
            protected HookableModule(string name)
                : base(name)
            {
            }

            private protected override bool HasHooks =>
                _preHooks.Current.Length + _postHooks.Current.Length + _modulePreHooks.Current.Length + _modulePostHooks.Current.Length > 0;

            private protected ReadOnlySpan<TPreHook> PreHooks => _preHooks.Current;

            private protected ReadOnlySpan<TPostHook> PostHooks => _postHooks.Current;

            /// <summary>Adds a hook that sees inputs and result after each <c>call</c>; a non-null return replaces the result.</summary>
            public HookRemover register_forward_hook(TPostHook hook) => new(_postHooks.Add(hook));

            /// <summary>Adds a hook that sees the inputs before each <c>call</c>; a non-null return replaces them.</summary>
            public HookRemover register_forward_pre_hook(TPreHook hook) => new(_preHooks.Add(hook));

            /// <summary>Adds a hook that runs after each <c>call</c>.</summary>
            public HookRemover register_forward_hook(Action<Module> hook) => new(_modulePostHooks.Add(hook));

            /// <summary>Adds a hook that runs before each <c>call</c>.</summary>
            public HookRemover register_forward_pre_hook(Action<Module> hook) => new(_modulePreHooks.Add(hook));

            private protected void RunModulePreHooks()
            {
                foreach (var hook in _modulePreHooks.Current)
                {
                    hook(this);
                }
            }

            private protected void RunModulePostHooks()
            {
                foreach (var hook in _modulePostHooks.Current)
                {
                    hook(this);
                }
            }

            /// <summary>Takes one hook out again.</summary>
            public sealed class HookRemover
            {
                private readonly Action _remove;

                internal HookRemover(Action remove)
                {
                    _remove = remove;
                }

                /// <summary>Takes the hook out; a second call does nothing.</summary>
                public void remove() => _remove();
            }
        }
    }
}
