using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>
            /// Registers every field that holds a module, a parameter or a tensor (as a buffer) under the field's name.
            /// Call it as the last line of the constructor.
            /// </summary>
            /// <exception cref="InvalidOperationException">A field holds a list, array, dictionary or tuple of modules
            /// or parameters that were not registered otherwise, and would be neither trained nor saved.</exception>
            protected virtual void RegisterComponents()
            {
                foreach (var field in ComponentField.Of(GetType()))
                {
                    switch (field.GetValue(this))
                    {
                        case null:
                            break;
                        case Module module when !_children.TryGetValue(field.Name, out var known) || !ReferenceEquals(known, module):
                            _children.Remove(field.Name);
                            register_module(field.Name, module);
                            break;
                        case Parameter parameter when !_ownParameters.TryGetValue(field.Name, out var known) || !ReferenceEquals(known, parameter):
                            _ownParameters.Remove(field.Name);
                            register_parameter(field.Name, parameter);
                            break;
                        case Module or Modules.Parameter:
                            break;
                        case Tensor tensor:
                            if (!_ownBuffers.ContainsKey(field.Name))
                            {
                                register_buffer(field.Name, tensor);
                            }

                            break;
                        case var value when field.ComponentsIn(value) is { } entries && (entries.Count == 0 || !entries.All(IsKnown)):
                            throw NotForCollections(field);
                    }
                }
            }

            /// <summary>Registers a module under a name.</summary>
            /// <param name="name">Key part; not empty and without a dot.</param>
            /// <param name="submodule">The module; null takes the name out again.</param>
            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    _children.Remove(name);
                    return;
                }

                CheckName(name, "module");
                if (ReferenceEquals(submodule, this))
                {
                    throw new ArgumentException($"Module '{name}' is the module itself; a module cannot contain itself.", nameof(submodule));
                }

                submodule.RegisterComponents();
                _children.Add(name, submodule);
            }

            /// <summary>The same as <see cref="register_module"/>.</summary>
            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>Registers a parameter under a name; from then on the module owns it, not a dispose scope.</summary>
            public virtual void register_parameter(string name, Parameter param)
            {
                ArgumentNullException.ThrowIfNull(param);
                CheckName(name, "parameter");
                param.DetachFromDisposeScope();
                _ownParameters.Add(name, param);
            }

            /// <summary>Registers a tensor that is saved and moved with the module but not trained.</summary>
            /// <param name="name">Key part; not empty and without a dot.</param>
            /// <param name="tensor">Tensor of any shape; from then on the module owns it, not a dispose scope.</param>
            /// <param name="persistent">Whether it is part of <see cref="state_dict"/>.</param>
            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                CheckName(name, "buffer");
                tensor.DetachFromDisposeScope();
                _ownBuffers.Add(name, (tensor, persistent));
            }

            /// <summary>Forgets all registered modules.</summary>
            protected void ClearModules() => _children.Clear();

            /// <summary>Puts a parameter under a name, in place of what was there; null takes the name out.</summary>
            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is null)
                {
                    _ownParameters.Remove(name);
                }
                else if (_ownParameters.ContainsKey(name))
                {
                    value.DetachFromDisposeScope();
                    _ownParameters[name] = value;
                }
                else
                {
                    register_parameter(name, value);
                }
            }

            /// <summary>Puts a buffer under a name, in place of what was there; null takes the name out.</summary>
            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                if (value is null)
                {
                    _ownBuffers.Remove(name);
                }
                else if (_ownBuffers.ContainsKey(name))
                {
                    value.DetachFromDisposeScope();
                    _ownBuffers[name] = (value, persistent);
                }
                else
                {
                    register_buffer(name, value, persistent);
                }
            }

            private void CheckName(string name, string kind)
            {
                if (string.IsNullOrEmpty(name) || name.Contains('.', StringComparison.Ordinal))
                {
                    throw new ArgumentException($"The {kind} name '{name}' must not be empty or contain a dot.", nameof(name));
                }

                if (_children.ContainsKey(name) || _ownParameters.ContainsKey(name) || _ownBuffers.ContainsKey(name))
                {
                    throw new InvalidOperationException($"{GetType().Name} already has a component named '{name}'; choose another name.");
                }
            }

            // Training a model of which a part was never registered fails silently, so every walk over the tree looks first.
            private void VerifyRegistered()
            {
                foreach (var field in ComponentField.Of(GetType()))
                {
                    switch (field.GetValue(this))
                    {
                        case Module module when !_children.Any(child => ReferenceEquals(child.Value, module)):
                        case Parameter parameter when !IsKnown(parameter):
                            throw new InvalidOperationException(
                                $"Field '{field.Name}' of {GetType().Name} holds a module or parameter that is not registered; call RegisterComponents() as the last line of the constructor, and register_module or register_parameter for what is set later.");
                        case Module or Modules.Parameter or null:
                            break;
                        case Tensor tensor when _ownBuffers.TryGetValue(field.Name, out var known) && !IsSame(tensor, known.Tensor):
                            throw new InvalidOperationException(
                                $"Field '{field.Name}' of {GetType().Name} holds another tensor than the buffer that was registered under this name, so it would be neither saved nor moved; change the buffer's numbers with copy_, or leave the field null until RegisterComponents() was called.");
                        case var value when field.ComponentsIn(value) is { } entries && !entries.All(IsKnown):
                            throw NotForCollections(field);
                    }
                }
            }

            private InvalidOperationException NotForCollections(ComponentField field) => new(
                $"Field '{field.Name}' of {GetType().Name} holds a collection of modules or parameters, which would be neither trained nor saved; use ModuleList, ModuleDict, Sequential or ParameterList for it.");

            /// <summary>Whether a module or parameter is registered here or below.</summary>
            private bool IsKnown(object component) =>
                (component is Parameter parameter && _ownParameters.Values.Any(own => IsSame(own, parameter)))
                || _children.Values.Any(child => ReferenceEquals(child, component) || child.IsKnown(component));

            // A tensor that was freed, with its module or by the user, is not to be complained about here.
            private static bool IsSame(Tensor one, Tensor other) =>
                ReferenceEquals(one, other) || one.IsInvalid || other.IsInvalid || one.Handle == other.Handle;
        }
    }
}
