namespace RobustVlm.Kernel.Notebooks.Html;

/// <summary>The page's own scripts, and the way to embed foreign ones.</summary>
internal static class PageScripts
{
    /// <summary>
    /// Draws every chart; a chart that cannot be drawn keeps its picture. The button that sends a chart's data to plotly's own
    /// server is off, whatever the chart says.
    /// </summary>
    public const string DrawFigures = """
        document.querySelectorAll('.plotly-figure').forEach(figure => {
          const target = document.createElement('div');
          const fail = error => { target.remove(); figure.dataset.error = String(error); };
          try {
            const spec = JSON.parse(figure.querySelector('script').textContent);
            const layout = Object.assign({}, spec.layout, { autosize: true });
            const config = Object.assign({ responsive: true, displaylogo: false, displayModeBar: 'hover' }, spec.config, { showSendToCloud: false, plotlyServerURL: '' });
            if (layout.width) { figure.style.maxWidth = `calc(${layout.width}px + .8rem)`; delete layout.width; }
            target.style.height = (layout.height || 450) + 'px';
            figure.append(target);
            Plotly.newPlot(target, { data: spec.data || [], layout, config, frames: spec.frames || [] })
              .then(() => figure.querySelector('.figure-fallback').remove(), fail);
          } catch (error) { fail(error); }
        });
        """;

    /// <summary>Typesets every formula; one that KaTeX does not understand is shown in red as TeX.</summary>
    public const string DrawMath = """
        document.querySelectorAll('.math').forEach(element => {
          const tex = element.textContent;
          try {
            katex.render(tex, element, { displayMode: element.classList.contains('display'), throwOnError: false });
          } catch (error) { element.textContent = tex; element.title = String(error); }
        });
        """;

    /// <summary>Sets the columns of tables that hold nothing but numbers flush right, where the table itself says nothing.</summary>
    public const string AlignNumbers = """
        document.querySelectorAll('.output table, .prose table').forEach(table => {
          const rows = [...table.rows].filter(row => row.querySelector('td'));
          const isNumber = text => /^[-+\u2212\u00b1]?\s*(\d[\d\s,.'\u202f]*|\.\d+|NaN|\u221e)([eE][-+]?\d+)?\s*(%|\u2030|\u00b1\s*[\d.]+\s*%?)?$/.test(text);
          const width = Math.max(0, ...rows.map(row => row.cells.length));
          for (let column = 0; column < width; column++) {
            const cells = rows.map(row => row.cells[column]).filter(Boolean);
            const filled = cells.filter(cell => cell.textContent.trim() !== '' && cell.textContent.trim() !== '\u2013');
            if (filled.length === 0 || !filled.every(cell => isNumber(cell.textContent.trim()))) continue;
            [...table.rows].map(row => row.cells[column]).filter(Boolean).forEach(cell => {
              if (!cell.style.textAlign && !cell.align) cell.classList.add('number');
            });
          }
        });
        """;

    /// <summary>A script element around foreign code, changed only where HTML would otherwise end or suspend the element.</summary>
    public static string Embed(string code)
    {
        var safe = code
            .Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase)
            .Replace("<!--", "<\\!--", StringComparison.Ordinal);
        return $"<script>{safe}</script>\n";
    }
}
