using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Modules registered directly here.</summary>
            public virtual IEnumerable<(string name, Module module)> named_children()
            {
                VerifyRegistered();
                return _children.Select(child => (child.Key, child.Value)).ToList();
            }

            /// <summary>Modules registered directly here.</summary>
            public virtual IEnumerable<Module> children() => named_children().Select(child => child.module);

            /// <summary>All modules below, depth first, each once; this module itself is not among them.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                var found = new List<(string, Module)>();
                CollectModules("", found, new HashSet<Module>(ReferenceEqualityComparer.Instance) { this });
                return found;
            }

            /// <summary>All modules below, depth first, each once; this module itself is not among them.</summary>
            public virtual IEnumerable<Module> modules() => named_modules().Select(found => found.module);

            /// <summary>Parameters with their keys; a tied parameter comes once, under its first key.</summary>
            /// <param name="recurse">Whether to include the modules below.</param>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<IntPtr>();
                var found = new List<(string, Parameter)>();
                foreach (var (prefix, module) in Tree(recurse))
                {
                    foreach (var (name, parameter) in module._ownParameters)
                    {
                        // By the native tensor: two wrappers of one tensor are one parameter.
                        if (seen.Add(parameter.Handle))
                        {
                            found.Add((prefix + name, parameter));
                        }
                    }
                }

                return found;
            }

            /// <summary>Parameters; a tied one comes once.</summary>
            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(found => found.parameter);

            /// <summary>Buffers with their keys; a shared one comes once, under its first key.</summary>
            /// <param name="recurse">Whether to include the modules below.</param>
            /// <param name="include_nonpersistent">Whether to include those that are not saved.</param>
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<IntPtr>();
                var found = new List<(string, Tensor)>();
                foreach (var (prefix, module) in Tree(recurse))
                {
                    foreach (var (name, (tensor, persistent)) in module._ownBuffers)
                    {
                        if ((persistent || include_nonpersistent) && seen.Add(tensor.Handle))
                        {
                            found.Add((prefix + name, tensor));
                        }
                    }
                }

                return found;
            }

            /// <summary>Buffers; a shared one comes once.</summary>
            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(found => found.buffer);

            /// <summary>
            /// Parameters and persistent buffers by key, in PyTorch's order. The tensors are the live ones, not copies;
            /// a tied parameter appears under each of its keys.
            /// </summary>
            /// <param name="destination">Dictionary to add to.</param>
            /// <param name="prefix">Put before every key with a dot.</param>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                VerifyRegistered();
                destination ??= [];
                var start = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (name, parameter) in _ownParameters)
                {
                    destination[start + name] = parameter;
                }

                foreach (var (name, (tensor, persistent)) in _ownBuffers)
                {
                    if (persistent)
                    {
                        destination[start + name] = tensor;
                    }
                }

                foreach (var (name, child) in _children)
                {
                    child.state_dict(destination, start + name);
                }

                return destination;
            }

            /// <summary>Copies values into the parameters and buffers. Nothing is copied unless everything fits.</summary>
            /// <param name="source">Values by key, shapes equal to those of <see cref="state_dict"/>; converted to the
            /// module's type and device.</param>
            /// <param name="strict">Whether missing and unexpected keys are errors. Different shapes always are.</param>
            /// <param name="skip">Keys to leave alone on both sides.</param>
            /// <returns>Keys the source lacks, and keys the module does not have.</returns>
            /// <exception cref="InvalidOperationException">Keys or shapes do not fit; the message lists them.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null) =>
                Load(source, strict, skip, "The given state");

            private (IList<string> Missing, IList<string> Unexpected) Load(
                Dictionary<string, Tensor> source, bool strict, IList<string>? skip, string origin)
            {
                ArgumentNullException.ThrowIfNull(source);
                var skipped = new HashSet<string>(skip ?? [], StringComparer.Ordinal);
                var destination = state_dict();
                var missing = destination.Keys.Where(key => !skipped.Contains(key) && !source.ContainsKey(key)).ToList();
                var unexpected = source.Keys.Where(key => !skipped.Contains(key) && !destination.ContainsKey(key)).ToList();
                var shared = destination.Where(entry => !skipped.Contains(entry.Key) && source.ContainsKey(entry.Key)).ToList();
                var reshaped = shared
                    .Where(entry => !entry.Value.shape.AsSpan().SequenceEqual(source[entry.Key].shape))
                    .Select(entry => $"{entry.Key} ([{string.Join(", ", source[entry.Key].shape)}] given, [{string.Join(", ", entry.Value.shape)}] expected)")
                    .ToList();
                if (reshaped.Count > 0 || (strict && missing.Count + unexpected.Count > 0))
                {
                    throw new InvalidOperationException(
                        $"{origin} does not fit {GetType().Name}"
                        + Listed("missing keys", missing) + Listed("unexpected keys", unexpected) + Listed("different shapes", reshaped)
                        + ". Build the model with the options it was saved with, or leave keys out with skip or strict: false.");
                }

                if (shared.Exists(entry => entry.Value.device_type == DeviceType.META))
                {
                    throw new InvalidOperationException($"{GetType().Name} was made on the meta device, where there is no room for numbers; make it on the device it shall run on.");
                }

                using (RobustVlm.Torch.Runtime.DeferInterrupts())
                using (no_grad())
                {
                    foreach (var (key, tensor) in shared)
                    {
                        tensor.copy_(source[key]);
                    }
                }

                return (missing, unexpected);
            }

            /// <summary>Whether there is a parameter with this key.</summary>
            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            /// <summary>Whether there is a buffer with this key.</summary>
            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            /// <summary>The parameter with a key such as <c>blocks.0.fc.weight</c>, or null.</summary>
            public virtual Parameter? get_parameter(string target) =>
                Owner(target, out var name)?._ownParameters.GetValueOrDefault(name);

            /// <summary>The buffer with a key such as <c>bn1.running_mean</c>, or null.</summary>
            public virtual Tensor? get_buffer(string target) =>
                Owner(target, out var name)?._ownBuffers.GetValueOrDefault(name).Tensor;

            private static string Listed(string title, List<string> entries)
            {
                const int shown = 20;
                var more = entries.Count > shown ? $" and {entries.Count - shown} more" : "";
                return entries.Count == 0 ? "" : $"; {title}: {string.Join(", ", entries.Take(shown))}{more}";
            }

            private Module? Owner(string target, out string name)
            {
                ArgumentNullException.ThrowIfNull(target);
                var parts = target.Split('.');
                name = parts[^1];
                var module = this;
                for (var i = 0; i < parts.Length - 1; i++)
                {
                    if (!module._children.TryGetValue(parts[i], out module!))
                    {
                        return null;
                    }
                }

                return module;
            }

            private List<(string Prefix, Module Module)> Tree(bool recurse)
            {
                var found = new List<(string Name, Module Module)>();
                if (recurse)
                {
                    CollectModules("", found, new HashSet<Module>(ReferenceEqualityComparer.Instance) { this });
                }
                else
                {
                    VerifyRegistered();
                }

                var tree = new List<(string, Module)>(found.Count + 1) { ("", this) };
                tree.AddRange(found.Select(entry => (entry.Name + ".", entry.Module)));
                return tree;
            }

            private void CollectModules(string prefix, List<(string Name, Module Module)> found, HashSet<Module> seen)
            {
                VerifyRegistered();
                foreach (var (name, child) in _children)
                {
                    if (seen.Add(child))
                    {
                        found.Add((prefix + name, child));
                        child.CollectModules(prefix + name + ".", found, seen);
                    }
                }
            }
        }
    }
}
