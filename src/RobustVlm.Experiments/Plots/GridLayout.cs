namespace RobustVlm.Experiments.Plots;

/// <summary>A placed picture.</summary>
internal sealed record GridPicture(
    double X, double Y, double Width, double Height, string DataUri, string? Frame, string Caption);

/// <summary>A placed line of text, vertically centred.</summary>
internal sealed record GridText(double X, double Y, string Content, double Size, string Color, Anchor Anchor, bool Bold = false);

/// <summary>Where everything in an <see cref="ImageGrid"/> goes; both renderings draw exactly this.</summary>
internal sealed class GridLayout
{
    public const double FrameWidth = 3;
    private const double Edge = 18;
    private const double Gap = 18;
    private const double TitleLine = 22;
    private const double CaptionLine = 16;
    private const double LabelWidth = 110;
    private readonly List<GridPicture> _pictures = [];
    private readonly List<GridText> _texts = [];

    public GridLayout(ImageGrid grid)
    {
        if (grid.CellSize < 32)
        {
            throw new ArgumentException($"Cells of {grid.CellSize} pixels are too small for a grid of images; use at least 32.");
        }

        var columns = grid.Rows.Select(row => row.Cells.Count).DefaultIfEmpty(0).Max();
        if (!grid.Rows.Any(row => row.Cells.Any(cell => cell is not null)))
        {
            throw new ArgumentException("A grid of images needs at least one image.");
        }

        if (grid.ColumnHeaders.Count > columns)
        {
            throw new ArgumentException($"There are {grid.ColumnHeaders.Count} column headers for {columns} columns; give at most one each.");
        }

        var labels = grid.Rows.Any(row => !string.IsNullOrEmpty(row.Label)) ? LabelWidth + 12 : 0;
        var left = Edge + labels;
        Width = (int)Math.Ceiling(left + (columns * grid.CellSize) + ((columns - 1) * Gap) + Edge);
        var y = PlaceTitle(grid.Title, Edge);
        y = PlaceHeaders(grid.ColumnHeaders, left, y, grid.CellSize);
        foreach (var row in grid.Rows)
        {
            y = PlaceRow(row, left, y, grid) + Gap;
        }

        Height = (int)Math.Ceiling(y - Gap + Edge);
    }

    public int Width { get; }

    public int Height { get; }

    public IReadOnlyList<GridPicture> Pictures => _pictures;

    public IReadOnlyList<GridText> Texts => _texts;

    private double PlaceTitle(string title, double y)
    {
        if (title.Length == 0)
        {
            return y;
        }

        var lines = TextMetrics.Wrap(title, Width - (2 * Edge), PlotStyle.TitleSize, bold: true);
        for (var i = 0; i < lines.Count; i++)
        {
            _texts.Add(new GridText(
                Edge, y + (TitleLine * (i + 0.4)), lines[i], PlotStyle.TitleSize, PlotStyle.Ink, Anchor.Start, Bold: true));
        }

        return y + (lines.Count * TitleLine) + 8;
    }

    private double PlaceHeaders(IReadOnlyList<string> headers, double left, double y, int cell)
    {
        if (headers.Count == 0)
        {
            return y;
        }

        var wrapped = headers.Select(header => TextMetrics.Wrap(header, cell, PlotStyle.TextSize, bold: true)).ToArray();
        var lines = wrapped.Max(header => header.Count);
        for (var column = 0; column < wrapped.Length; column++)
        {
            // Headers end on the same line, just above their pictures.
            var skipped = lines - wrapped[column].Count;
            for (var i = 0; i < wrapped[column].Count; i++)
            {
                _texts.Add(new GridText(
                    left + (column * (cell + Gap)) + (cell / 2.0),
                    y + (17 * (skipped + i + 0.5)),
                    wrapped[column][i],
                    PlotStyle.TextSize,
                    PlotStyle.Ink,
                    Anchor.Middle,
                    Bold: true));
            }
        }

        return y + (lines * 17) + 6;
    }

    private double PlaceRow(GridRow row, double left, double y, ImageGrid grid)
    {
        var cell = grid.CellSize;
        var sizes = row.Cells.Select(item => item is null ? default : Fit(item.Image, cell)).ToArray();
        var height = sizes.Select(size => size.Height).DefaultIfEmpty(0).Max();
        if (!string.IsNullOrEmpty(row.Label))
        {
            PlaceLabel(row.Label, y + (height / 2));
        }

        var captionLines = 0;
        for (var column = 0; column < row.Cells.Count; column++)
        {
            if (row.Cells[column] is not { } item)
            {
                continue;
            }

            var (width, ownHeight) = sizes[column];
            var centre = left + (column * (cell + Gap)) + (cell / 2.0);
            var color = item.Mark switch { CellMark.Right => Palette.Right, CellMark.Wrong => Palette.Wrong, _ => null };
            var lines = Caption(item, cell);
            var header = column < grid.ColumnHeaders.Count ? grid.ColumnHeaders[column] : null;
            var spoken = string.Join('\n', new[] { row.Label, header }.Where(text => !string.IsNullOrEmpty(text)).Concat(lines)!);
            _pictures.Add(new GridPicture(
                centre - (width / 2), y + ((height - ownHeight) / 2), width, ownHeight, DataUri(item.Image, width), color, spoken));
            for (var i = 0; i < lines.Count; i++)
            {
                _texts.Add(new GridText(
                    centre, y + height + 7 + (CaptionLine * (i + 0.5)), lines[i], PlotStyle.TickSize, color ?? PlotStyle.Label, Anchor.Middle));
            }

            captionLines = Math.Max(captionLines, lines.Count);
        }

        return y + height + (captionLines > 0 ? 7 + (captionLines * CaptionLine) : 0);
    }

    private void PlaceLabel(string label, double centre)
    {
        var lines = TextMetrics.Wrap(label, LabelWidth, PlotStyle.TextSize, bold: true);
        for (var i = 0; i < lines.Count; i++)
        {
            _texts.Add(new GridText(
                Edge, centre + (17 * (i - ((lines.Count - 1) / 2.0))), lines[i], PlotStyle.TextSize, PlotStyle.Ink, Anchor.Start, Bold: true));
        }
    }

    private static List<string> Caption(GridCell item, int width)
    {
        var sign = item.Mark switch { CellMark.Right => "✓ ", CellMark.Wrong => "✗ ", _ => "" };
        return [.. item.Caption.SelectMany((line, i) =>
            TextMetrics.Wrap(i == 0 ? sign + line : line, width, PlotStyle.TickSize))];
    }

    /// <summary>The size at which a picture is drawn: whole device pixels per image pixel where that nearly fills the cell.</summary>
    private static (double Width, double Height) Fit(PixelImage image, int cell)
    {
        var side = Math.Max(image.Width, image.Height);
        var factor = Factor(side, cell);
        var whole = factor * side / 2.0;
        var scale = (whole >= 0.88 * cell && whole <= cell ? whole : cell) / side;
        return (image.Width * scale, image.Height * scale);
    }

    // At scale 2 a cell has twice its size in device pixels.
    private static int Factor(int side, double cell) => Math.Max(1, (int)(2 * cell / side));

    private static string DataUri(PixelImage image, double drawnWidth)
    {
        var tooLarge = (int)(image.Width / (2 * drawnWidth));
        var shown = tooLarge >= 2 ? image.Reduce(tooLarge) : image.Enlarge(Factor(image.Width, drawnWidth));
        return "data:image/png;base64," + Convert.ToBase64String(shown.ToPng());
    }
}
