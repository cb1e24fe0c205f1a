namespace TorchSharp;

public static partial class torch
{
    /// <content>Indexing as in PyTorch: numbers, slices, masks, index tensors, ellipsis, new dimensions.</content>
    public unsafe partial class Tensor
    {
        /// <summary>Part of the tensor; assigning writes into it.</summary>
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>Elements at index tensors or under a mask; assigning writes into them.</summary>
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            ArgumentNullException.ThrowIfNull(indices);
            var (view, tensors) = Resolve(indices);
            if (tensors.Exists(t => t is not null))
            {
                var gathered = Aten.index_Tensor(view, tensors);
                Drop(view, tensors, indices);
                return gathered;
            }

            return ReferenceEquals(view, this) ? alias() : view;
        }

        public Tensor index(params Tensor[] indices) => index(AsIndices(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            ArgumentNullException.ThrowIfNull(value);
            ArgumentNullException.ThrowIfNull(indices);
            var (view, tensors) = Resolve(indices);
            if (tensors.Exists(t => t is not null))
            {
                Aten.index_put_(view, tensors, value);
            }
            else
            {
                CopyInto(view, value);
            }

            Drop(view, tensors, indices);
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, AsIndices(indices));

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) => Aten.index_put_(this, indices, value, accumulate);

        private static TensorIndex[] AsIndices(Tensor?[] indices)
        {
            ArgumentNullException.ThrowIfNull(indices);
            return [.. indices.Select(t => t is null ? TensorIndex.Colon : TensorIndex.Tensor(t))];
        }

        // As in PyTorch, leading dimensions of size one that the target lacks do not matter.
        private static void CopyInto(Tensor view, Tensor value)
        {
            var sizes = value.shape;
            var extra = 0;
            while (sizes.Length - extra > view.dim() && sizes[extra] == 1)
            {
                extra++;
            }

            if (extra == 0)
            {
                view.copy_(value);
                return;
            }

            using var trimmed = value.view(sizes[extra..]);
            view.copy_(trimmed);
        }

        // What was made on the way must not wait for the collector.
        private void Drop(Tensor view, List<Tensor?> tensors, TensorIndex[] indices)
        {
            if (!ReferenceEquals(view, this))
            {
                view.Dispose();
            }

            foreach (var made in tensors.Where(t => t is not null && !indices.Any(i => ReferenceEquals(i.Positions, t))))
            {
                made!.Dispose();   // not null: filtered above
            }
        }

        // Numbers, slices and new dimensions become views; what is left for the gather are tensors, aligned to the view's dimensions.
        private (Tensor View, List<Tensor?> Tensors) Resolve(TensorIndex[] indices)
        {
            var view = this;
            var tensors = new List<Tensor?>();
            var dimension = 0;
            var consumed = indices.Sum(i => i.ConsumedDimensions);
            foreach (var index in indices)
            {
                switch (index.Kind)
                {
                    case TensorIndexKind.Single:
                        Replace(view.select(dimension, index.Start ?? 0));
                        break;
                    case TensorIndexKind.Slice:
                        Replace(Aten.slice_Tensor(view, dimension, index.Start, index.Stop, index.Step ?? 1));
                        Advance(1);
                        break;
                    case TensorIndexKind.Null:
                        Replace(view.unsqueeze(dimension));
                        Advance(1);
                        break;
                    case TensorIndexKind.Ellipsis:
                        Advance((int)dim() - consumed);
                        break;
                    case TensorIndexKind.Tensor when index.Positions is { } single && single.dim() == 0:
                        // A single position is a number, a single truth value a mask over nothing.
                        if (single.dtype is ScalarType.Bool or ScalarType.Byte)
                        {
                            Mask(single.ToBoolean());
                        }
                        else
                        {
                            Replace(view.select(dimension, single.ToInt64()));
                        }

                        break;
                    case TensorIndexKind.Tensor:
                        tensors.Add(index.Positions);
                        dimension += index.ConsumedDimensions;
                        break;
                    case TensorIndexKind.Bool:
                        Mask(index.Truth);
                        break;
                }
            }

            return (view, tensors);

            void Replace(Tensor next)
            {
                if (!ReferenceEquals(view, this))
                {
                    view.Dispose();
                }

                view = next;
            }

            void Mask(bool truth)
            {
                Replace(view.unsqueeze(dimension));
                tensors.Add(tensor(truth ? new long[] { 0 } : [], dtype: ScalarType.Int64));
                dimension++;
            }

            void Advance(int count)
            {
                for (var i = 0; i < count; i++)
                {
                    tensors.Add(null);
                }

                dimension += count;
            }
        }
    }

    internal enum TensorIndexKind
    {
        Null,
        Bool,
        Single,
        Slice,
        Ellipsis,
        Tensor,
    }

    /// <summary>One entry of an index expression.</summary>
    public readonly struct TensorIndex
    {
        private TensorIndex(TensorIndexKind kind) => Kind = kind;

        /// <summary>All dimensions not named.</summary>
        public static TensorIndex Ellipsis { get; } = new(TensorIndexKind.Ellipsis);

        /// <summary>A new dimension of size one.</summary>
        public static TensorIndex None { get; } = new(TensorIndexKind.Null);

        /// <summary>A new dimension of size one.</summary>
        public static TensorIndex Null { get; } = new(TensorIndexKind.Null);

        /// <summary>A whole dimension.</summary>
        public static TensorIndex Colon { get; } = new(TensorIndexKind.Slice);

        internal TensorIndexKind Kind { get; }

        internal long? Start { get; private init; }

        internal long? Stop { get; private init; }

        internal long? Step { get; private init; }

        internal bool Truth { get; private init; }

        internal Tensor? Positions { get; private init; }

        internal int ConsumedDimensions => Kind switch
        {
            TensorIndexKind.Single or TensorIndexKind.Slice => 1,
            TensorIndexKind.Tensor when Positions is { dtype: ScalarType.Bool or ScalarType.Byte } mask => (int)mask.dim(),
            TensorIndexKind.Tensor => 1,
            _ => 0,
        };

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex(bool value) => Bool(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range.start, range.end);

        public static implicit operator TensorIndex((int? start, int? end, int? step) range) => Slice(range.start, range.end, range.step);

        public static implicit operator TensorIndex(Tensor value) => Tensor(value);

        public static implicit operator TensorIndex(Range range)
        {
            // ^0 is behind the last element: no limit as an end, nothing left as a start.
            static long? Bound(Index index, bool end) =>
                !index.IsFromEnd ? index.Value : index.Value > 0 ? -index.Value : end ? null : long.MaxValue;

            return Slice(Bound(range.Start, false), Bound(range.End, true));
        }

        public static TensorIndex Single(long? index) => new(TensorIndexKind.Single) { Start = index };

        /// <summary>From <paramref name="start"/> up to, not including, <paramref name="stop"/>; negative numbers count from the end.</summary>
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) => new(TensorIndexKind.Slice) { Start = start, Stop = stop, Step = step };

        public static TensorIndex Bool(bool value) => new(TensorIndexKind.Bool) { Truth = value };

        /// <summary>Positions (Long) or a mask (Bool).</summary>
        public static TensorIndex Tensor(Tensor tensor) => new(TensorIndexKind.Tensor) { Positions = tensor };
    }
}
