namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Adds a border.</summary>
            /// <param name="input">Tensor of any shape [...].</param>
            /// <param name="pad">Amounts before and after, last dimension first; negative ones cut off.</param>
            /// <param name="mode">What the border is filled with.</param>
            /// <param name="value">The number for <see cref="PaddingModes.Constant"/>.</param>
            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => mode switch
            {
                PaddingModes.Constant => Aten.constant_pad_nd(input, pad, value),
                PaddingModes.Zeros => Aten.constant_pad_nd(input, pad, 0),
                PaddingModes.Reflect => Aten.pad(input, pad, "reflect", null),
                PaddingModes.Replicate => Aten.pad(input, pad, "replicate", null),
                PaddingModes.Circular => Aten.pad(input, pad, "circular", null),
                _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "There is no such padding mode."),
            };

            /// <inheritdoc cref="pad(Tensor, ReadOnlySpan{long}, PaddingModes, double)"/>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, (ReadOnlySpan<long>)pad, mode, value);

            /// <summary>Adds a border before and after the last dimension.</summary>
            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2], mode, value);

            /// <summary>Adds a border left, right, above and below.</summary>
            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            /// <summary>Adds the same border on both sides of every dimension, batch and channels included.</summary>
            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
            {
                ArgumentNullException.ThrowIfNull(input);
                return functional.pad(input, [.. Enumerable.Repeat(pad, 2 * (int)input.dim())], mode, value);
            }

            /// <summary>Reads an image at given places.</summary>
            /// <param name="input">Float tensor [N, C, H, W].</param>
            /// <param name="grid">Float tensor [N, H', W', 2], x and y from -1 to 1.</param>
            /// <param name="mode">Nearest pixel or bilinear.</param>
            /// <param name="padding_mode">What lies outside.</param>
            /// <param name="align_corners">Whether -1 and 1 are the corner pixels' centres; false when null.</param>
            public static Tensor grid_sample(
                Tensor input,
                Tensor grid,
                GridSampleMode mode = GridSampleMode.Bilinear,
                GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros,
                bool? align_corners = null)
            {
                // libtorch numbers these two differently from TorchSharp.
                var interpolation = mode == GridSampleMode.Bilinear ? 0 : 1;
                var outside = padding_mode switch { GridSamplePaddingMode.Zeros => 0, GridSamplePaddingMode.Border => 1, _ => 2 };
                return Aten.grid_sampler(input, grid, interpolation, outside, align_corners ?? false);
            }

            /// <summary>The sampling grid of an affine map.</summary>
            /// <param name="theta">Float tensor [N, 2, 3].</param>
            /// <param name="size">Size [N, C, H, W] of the image that will be made.</param>
            /// <param name="align_corners">Whether -1 and 1 are the corner pixels' centres.</param>
            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false) =>
                Aten.affine_grid_generator(theta, size ?? throw new ArgumentNullException(nameof(size), "affine_grid needs the size [N, C, H, W] of the image to be made."), align_corners);

            /// <summary>Resizes the dimensions after batch and channels.</summary>
            /// <param name="x">Float tensor [N, C, W], [N, C, H, W] or [N, C, D, H, W].</param>
            /// <param name="size">Wanted size; exclusive with <paramref name="scale_factor"/>. One number stands for all.</param>
            /// <param name="scale_factor">Factors; sizes are rounded down. One number stands for all.</param>
            /// <param name="mode">Kind of interpolation.</param>
            /// <param name="align_corners">Whether corner pixels' centres stay in place; only for linear, bilinear, bicubic and trilinear.</param>
            /// <param name="recompute_scale_factor">Whether factors are computed again from the rounded size.</param>
            /// <param name="antialias">Whether to smooth when shrinking; only for bilinear and bicubic.</param>
            public static Tensor interpolate(
                Tensor x,
                long[]? size = null,
                double[]? scale_factor = null,
                InterpolationMode mode = InterpolationMode.Nearest,
                bool? align_corners = null,
                bool recompute_scale_factor = false,
                bool antialias = false)
            {
                ArgumentNullException.ThrowIfNull(x);
                var spatial = (int)x.dim() - 2;
                if ((size is null) == (scale_factor is null))
                {
                    throw new ArgumentException("Give either size or scale_factor.");
                }

                if ((size?.Length ?? scale_factor!.Length) is var given && given != 1 && given != spatial) // one of the two is set
                {
                    throw new ArgumentException($"A tensor with {x.dim()} dimensions is resized by {spatial} numbers, not {given}.");
                }

                var corners = mode is InterpolationMode.Linear or InterpolationMode.Bilinear or InterpolationMode.Bicubic or InterpolationMode.Trilinear;
                if (align_corners is not null && !corners)
                {
                    throw new ArgumentException($"align_corners has no meaning for {mode}.", nameof(align_corners));
                }

                if (antialias && (spatial != 2 || mode is not (InterpolationMode.Bilinear or InterpolationMode.Bicubic)))
                {
                    throw new ArgumentException("antialias works for bilinear and bicubic images only.", nameof(antialias));
                }

                var sizes = new long[Math.Max(spatial, 0)];
                var scales = new double?[sizes.Length];
                for (var i = 0; i < sizes.Length; i++)
                {
                    var factor = scale_factor?[scale_factor.Length == 1 ? 0 : i];
                    sizes[i] = size?[size.Length == 1 ? 0 : i] ?? (long)(x.shape[2 + i] * factor!.Value);
                    scales[i] = recompute_scale_factor ? null : factor;
                }

                var aligned = align_corners ?? false;
                return (mode, spatial) switch
                {
                    (InterpolationMode.Nearest, 1) => Aten.upsample_nearest1d(x, sizes, scales[0]),
                    (InterpolationMode.Linear, 1) => Aten.upsample_linear1d(x, sizes, aligned, scales[0]),
                    (InterpolationMode.NearestExact, 1) => Aten._upsample_nearest_exact1d(x, sizes, scales[0]),
                    (InterpolationMode.Area, 1) => Aten.adaptive_avg_pool1d(x, sizes),
                    (InterpolationMode.Nearest, 2) => Aten.upsample_nearest2d(x, sizes, scales[0], scales[1]),
                    (InterpolationMode.NearestExact, 2) => Aten._upsample_nearest_exact2d(x, sizes, scales[0], scales[1]),
                    (InterpolationMode.Bilinear, 2) when antialias => Aten._upsample_bilinear2d_aa(x, sizes, aligned, scales[0], scales[1]),
                    (InterpolationMode.Bilinear, 2) => Aten.upsample_bilinear2d(x, sizes, aligned, scales[0], scales[1]),
                    (InterpolationMode.Bicubic, 2) when antialias => Aten._upsample_bicubic2d_aa(x, sizes, aligned, scales[0], scales[1]),
                    (InterpolationMode.Bicubic, 2) => Aten.upsample_bicubic2d(x, sizes, aligned, scales[0], scales[1]),
                    (InterpolationMode.Area, 2) => Aten.adaptive_avg_pool2d(x, sizes),
                    (InterpolationMode.Nearest, 3) => Aten.upsample_nearest3d(x, sizes, scales[0], scales[1], scales[2]),
                    (InterpolationMode.NearestExact, 3) => Aten._upsample_nearest_exact3d(x, sizes, scales[0], scales[1], scales[2]),
                    (InterpolationMode.Trilinear, 3) => Aten.upsample_trilinear3d(x, sizes, aligned, scales[0], scales[1], scales[2]),
                    (InterpolationMode.Area, 3) => Aten.adaptive_avg_pool3d(x, sizes),
                    _ => throw new ArgumentException($"{mode} does not work on a tensor with {x.dim()} dimensions; sequences are [N, C, W] (Nearest, NearestExact, Linear, Area), images [N, C, H, W] (Nearest, NearestExact, Bilinear, Bicubic, Area), volumes [N, C, D, H, W] (Nearest, NearestExact, Trilinear, Area).", nameof(mode)),
                };
            }
        }
    }
}
