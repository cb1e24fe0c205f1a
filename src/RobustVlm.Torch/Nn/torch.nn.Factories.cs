using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Layers, losses and what they are made of.</summary>
    public static partial class nn
    {
        /// <inheritdoc cref="Modules.Parameter(Tensor, bool)"/>
        public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);

        /// <inheritdoc cref="Modules.ParameterList"/>
        public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);

        /// <inheritdoc cref="Modules.ModuleList{T}"/>
        public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);

        /// <inheritdoc cref="Modules.ModuleList{T}"/>
        public static ModuleList<T> ModuleList<T>(params T[] modules)
            where T : Module => new(modules);

        /// <inheritdoc cref="Modules.ModuleDict{T}"/>
        public static ModuleDict<Module> ModuleDict(params (string, Module)[] modules) => ModuleDict<Module>(modules);

        /// <inheritdoc cref="Modules.ModuleDict{T}"/>
        public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules)
            where T : Module
        {
            ArgumentNullException.ThrowIfNull(modules);
            var dictionary = new ModuleDict<T>();
            foreach (var entry in modules)
            {
                dictionary.Add(entry);
            }

            return dictionary;
        }

        /// <inheritdoc cref="Modules.Sequential"/>
        public static Sequential Sequential() => new();

        /// <inheritdoc cref="Modules.Sequential"/>
        public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) =>
            Sequential((IEnumerable<(string, Module<Tensor, Tensor>)>)modules);

        /// <inheritdoc cref="Modules.Sequential"/>
        public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => Sequential((IEnumerable<Module<Tensor, Tensor>>)modules);

        /// <inheritdoc cref="Modules.Sequential"/>
        public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules)
        {
            ArgumentNullException.ThrowIfNull(modules);
            var chain = new Sequential();
            foreach (var (name, module) in modules)
            {
                chain.append(name, module);
            }

            return chain;
        }

        /// <inheritdoc cref="Modules.Sequential"/>
        public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules)
        {
            ArgumentNullException.ThrowIfNull(modules);
            var chain = new Sequential();
            foreach (var module in modules)
            {
                chain.append(module);
            }

            return chain;
        }

        /// <inheritdoc cref="Modules.Identity"/>
        public static Identity Identity() => new();

        /// <inheritdoc cref="Modules.Linear"/>
        /// <param name="inputSize">Size of the last dimension of the input.</param>
        /// <param name="outputSize">Size of the last dimension of the output.</param>
        /// <param name="hasBias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters lie; the CPU when null.</param>
        /// <param name="dtype">Type of the parameters; the default type when null.</param>
        public static Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
            new(inputSize, outputSize, hasBias, device, dtype);

        /// <summary>A linear layer around given parameters.</summary>
        /// <param name="weight">Float parameter [out, in].</param>
        /// <param name="bias">Float parameter [out], or null.</param>
        public static Linear Linear(Parameter weight, Parameter? bias = null) => new(weight, bias);

        /// <inheritdoc cref="Modules.Embedding"/>
        /// <param name="num_embeddings">Number of vectors.</param>
        /// <param name="embedding_dims">Length of each vector.</param>
        /// <param name="padding_idx">Index whose vector is 0 and stays so, or null.</param>
        /// <param name="max_norm">Vectors longer than this are shortened when used; null for no limit.</param>
        /// <param name="norm_type">Kind of norm for that.</param>
        /// <param name="scale_grad_by_freq">Whether gradients are divided by how often the index occurs in the batch.</param>
        /// <param name="sparse">Whether the gradient is a sparse tensor.</param>
        /// <param name="device">Where the table lies; the CPU when null.</param>
        /// <param name="dtype">Type of the table; the default type when null.</param>
        public static Embedding Embedding(
            long num_embeddings,
            long embedding_dims,
            long? padding_idx = null,
            double? max_norm = null,
            double norm_type = 2.0,
            bool scale_grad_by_freq = false,
            bool sparse = false,
            Device? device = null,
            ScalarType? dtype = null)
        {
            Argument.Positive(num_embeddings);
            Argument.Positive(embedding_dims);
            var weight = Init.Empty([num_embeddings, embedding_dims], device, dtype);
            init.normal_(weight);
            var layer = new Embedding(weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
            if (layer.padding_idx is { } index)
            {
                using var noGrad = no_grad();
                using var row = Aten.select_int(weight, 0, index);
                Aten.zero_(row);
            }

            return layer;
        }

        /// <summary>An embedding around a given table, which the layer takes over.</summary>
        /// <param name="embeddings">Float tensor [K, D]; the object is empty afterwards.</param>
        /// <param name="freeze">Whether the table is not trained.</param>
        /// <param name="padding_idx">Index that gets no gradient, or null.</param>
        /// <param name="max_norm">Vectors longer than this are shortened when used; null for no limit.</param>
        /// <param name="norm_type">Kind of norm for that.</param>
        /// <param name="scale_grad_by_freq">Whether gradients are divided by how often the index occurs in the batch.</param>
        /// <param name="sparse">Whether the gradient is a sparse tensor.</param>
        public static Embedding Embedding_from_pretrained(
            Tensor embeddings,
            bool freeze = true,
            long? padding_idx = null,
            double? max_norm = null,
            double norm_type = 2.0,
            bool scale_grad_by_freq = false,
            bool sparse = false)
        {
            ArgumentNullException.ThrowIfNull(embeddings);
            return embeddings.dim() == 2
                ? new(new Parameter(embeddings, !freeze), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
                : throw new ArgumentException($"A table of vectors has 2 dimensions, not {embeddings.dim()}.", nameof(embeddings));
        }

        /// <inheritdoc cref="Modules.MultiheadAttention"/>
        /// <param name="embedded_dim">Width of the model, a multiple of the heads.</param>
        /// <param name="num_heads">Number of heads.</param>
        /// <param name="dropout">Dropout probability of the attention weights in training.</param>
        /// <param name="bias">Whether the projections have biases.</param>
        /// <param name="add_bias_kv">Whether a learned key and value are appended.</param>
        /// <param name="add_zero_attn">Whether a key and value of zeros are appended.</param>
        /// <param name="kdim">Width of the keys; that of the model when null.</param>
        /// <param name="vdim">Width of the values; that of the model when null.</param>
        public static MultiheadAttention MultiheadAttention(
            long embedded_dim,
            long num_heads,
            double dropout = 0.0,
            bool bias = true,
            bool add_bias_kv = false,
            bool add_zero_attn = false,
            long? kdim = null,
            long? vdim = null) =>
            new(embedded_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim);

        /// <inheritdoc cref="Modules.Flatten"/>
        public static Flatten Flatten(long start_dim = 1, long end_dim = -1) => new(start_dim, end_dim);
    }
}
