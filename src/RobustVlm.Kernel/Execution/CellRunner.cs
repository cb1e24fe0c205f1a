using System.Diagnostics;
using System.Globalization;
using RobustVlm.Kernel.Display;

namespace RobustVlm.Kernel.Execution;

/// <summary>Runs whole cells: code, prose and directives, in the order they stand.</summary>
internal sealed class CellRunner(ScriptSession session, SourceTexts texts, string directory, IReadOnlyList<NativeOutput> nativeOutputs)
{
    private const int DeepestImport = 20;

    private readonly HashSet<string> _shownWarnings = [];
    private int _importDepth;

    /// <summary>Runs a cell on the calling thread.</summary>
    /// <param name="cell">Where its outputs go.</param>
    /// <param name="text">The cell.</param>
    /// <param name="name">Its name in errors, e.g. <c>In[3]</c>.</param>
    public CellOutcome Run(CellContext cell, string text, string name)
    {
        try
        {
            texts.Add(name, text);
            var (hasValue, value) = RunText(cell, text, name);
            return new CellOutcome(hasValue, value, null);
        }
        catch (CellFailure failure)
        {
            return new CellOutcome(false, null, failure.Error);
        }
        catch (Exception exception) when (cell.IsInterrupted && exception is OperationCanceledException or ThreadInterruptedException)
        {
            return new CellOutcome(false, null, ErrorReport.Interrupted(null, texts));
        }
        catch (Exception exception)
        {
            return new CellOutcome(false, null, ErrorReport.FromException(exception, texts));
        }
        finally
        {
            foreach (var output in nativeOutputs)
            {
                output.Drain();
            }
        }
    }

    private (bool HasValue, object? Value) RunText(CellContext cell, string text, string name)
    {
        var watch = Stopwatch.StartNew();
        var parsed = CellText.Parse(text, name);
        (bool HasValue, object? Value) last = default;
        foreach (var part in parsed.Parts)
        {
            cell.CancellationToken.ThrowIfCancellationRequested();
            ShowValue(cell, last);
            last = RunPart(cell, part, name);
        }

        if (parsed.IsTimed)
        {
            ShowValue(cell, last);
            last = default;
            cell.Show(MimeBundle.FromText(string.Create(CultureInfo.InvariantCulture, $"Wall time: {watch.Elapsed.TotalMilliseconds:0.####}ms")));
        }

        return last;
    }

    private (bool HasValue, object? Value) RunPart(CellContext cell, CellPart part, string name)
    {
        switch (part.Kind)
        {
            case CellPartKind.Code:
                return session.Run(part.Text, name, warning => Warn(cell, warning), cell);
            case CellPartKind.Import:
                Import(cell, part, name);
                break;
            case CellPartKind.Markdown:
                cell.Show(Information.Markdown(part.Text));
                break;
            case CellPartKind.Html:
                cell.Show(Information.Html(part.Text));
                break;
            case CellPartKind.Who:
                cell.Show(Information.Names(session.Variables));
                break;
            case CellPartKind.Whos:
                cell.Show(Information.Values(session.Variables));
                break;
            case CellPartKind.About:
                cell.Show(Information.About());
                break;
            case CellPartKind.ListDirectives:
                cell.Show(Information.DirectiveList());
                break;
        }

        return default;
    }

    private static void ShowValue(CellContext cell, (bool HasValue, object? Value) result)
    {
        if (result.HasValue && result.Value is not Microsoft.DotNet.Interactive.Formatting.DisplayedValue)
        {
            cell.Show(result.Value, [], Guid.NewGuid().ToString("N"), isUpdate: false);
        }
    }

    // The same warning in every run of the same cell tells nothing new.
    private void Warn(CellContext cell, string warning)
    {
        if (_shownWarnings.Add(warning))
        {
            cell.Streams.Write(StreamOutput.Error, warning + "\n");
        }
    }

    private void Import(CellContext cell, CellPart part, string name)
    {
        if (_importDepth >= DeepestImport)
        {
            throw CellFailure.OfDirective("The imports go in a circle.", name, part.Line, $"#!import {part.Text}");
        }

        IReadOnlyList<ImportedCell> cells;
        try
        {
            cells = ImportedCell.Read(Path.GetFullPath(part.Text, directory));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw CellFailure.OfDirective($"{part.Text} cannot be imported: {exception.Message}", name, part.Line, $"#!import {part.Text}");
        }

        _importDepth++;
        try
        {
            foreach (var imported in cells)
            {
                if (imported.IsMarkdown)
                {
                    cell.Show(Information.Markdown(imported.Text));
                }
                else
                {
                    texts.Add(imported.Name, imported.Text);
                    ShowValue(cell, RunText(cell, imported.Text, imported.Name));
                }
            }
        }
        finally
        {
            _importDepth--;
        }
    }
}
