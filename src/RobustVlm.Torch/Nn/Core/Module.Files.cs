namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Makes a module and loads its weights.</summary>
            /// <typeparam name="T">The module.</typeparam>
            /// <param name="path">A file that <see cref="save(string, IList{string})"/> wrote.</param>
            public static Module Create<T>(string path)
                where T : Module, new() => new T().load(path);

            /// <summary>Writes tensors in TorchSharp's layout: their number, then name and tensor of each.</summary>
            /// <param name="writer">Where to.</param>
            /// <param name="sd">Tensors by key.</param>
            /// <param name="skip">Keys to leave out.</param>
            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string>? skip = null)
            {
                ArgumentNullException.ThrowIfNull(writer);
                ArgumentNullException.ThrowIfNull(sd);
                var skipped = new HashSet<string>(skip ?? [], StringComparer.Ordinal);
                var saved = sd.Where(entry => !skipped.Contains(entry.Key)).ToList();
                TensorFormat.WriteNumber(writer, saved.Count);
                foreach (var (key, tensor) in saved)
                {
                    writer.Write(key);
                    TensorFormat.Write(writer, tensor);
                }

                writer.Flush();
            }

            /// <summary>
            /// Saves parameters and persistent buffers in TorchSharp's layout. The file is complete or not there: it is
            /// written under another name first.
            /// </summary>
            /// <param name="location">The file.</param>
            /// <param name="skip">Keys to leave out.</param>
            public Module save(string location, IList<string>? skip = null)
            {
                TensorFormat.WriteFile(location, writer => save(writer, skip));
                return this;
            }

            /// <summary>Saves parameters and persistent buffers in TorchSharp's layout.</summary>
            /// <param name="writer">Where to.</param>
            /// <param name="skip">Keys to leave out.</param>
            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            /// <summary>Saves parameters and persistent buffers in TorchSharp's layout and closes the stream.</summary>
            /// <param name="stream">Where to.</param>
            /// <param name="skip">Keys to leave out.</param>
            public Module save(Stream stream, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(stream);
                return save(writer, skip);
            }

            /// <summary>Loads parameters and buffers. Nothing is changed unless everything could be read and fits.</summary>
            /// <param name="location">A file in TorchSharp's layout.</param>
            /// <param name="strict">Whether missing and unexpected keys are errors. Different shapes always are.</param>
            /// <param name="skip">Keys to leave alone.</param>
            /// <param name="loadedParameters">Filled with the file's keys and whether the module has them; or null.</param>
            /// <exception cref="FileNotFoundException">There is no such file.</exception>
            /// <exception cref="InvalidDataException">The file is damaged or of another kind.</exception>
            /// <exception cref="InvalidOperationException">Keys or shapes do not fit; the message lists them.</exception>
            public virtual Module load(
                string location, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using var reader = TensorFormat.OpenFile(location);
                return load(reader, strict, skip, loadedParameters);
            }

            /// <inheritdoc cref="load(string, bool, IList{string}, Dictionary{string, bool})"/>
            public virtual Module load(
                BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                ArgumentNullException.ThrowIfNull(reader);
                var loaded = new Dictionary<string, Tensor>();
                try
                {
                    TensorFormat.Guard(reader, () => ReadState(reader, loaded));
                    Load(loaded, strict, skip, TensorFormat.NameOf(reader));
                    if (loadedParameters is not null)
                    {
                        var own = state_dict();
                        foreach (var key in loaded.Keys)
                        {
                            loadedParameters[key] = own.ContainsKey(key);
                        }
                    }
                }
                finally
                {
                    foreach (var tensor in loaded.Values)
                    {
                        tensor.Dispose();
                    }
                }

                return this;
            }

            /// <inheritdoc cref="load(string, bool, IList{string}, Dictionary{string, bool})"/>
            public Module load(Stream stream, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using var reader = new BinaryReader(stream);
                return load(reader, strict, skip, loadedParameters);
            }

            private static void ReadState(BinaryReader reader, Dictionary<string, Tensor> loaded)
            {
                var count = TensorFormat.ReadNumber(reader);
                for (var i = 0L; i < count; i++)
                {
                    var key = reader.ReadString();
                    if (loaded.ContainsKey(key))
                    {
                        throw new InvalidDataException($"it holds '{key}' twice");
                    }

                    loaded.Add(key, TensorFormat.Read(reader));
                }
            }
        }
    }
}
