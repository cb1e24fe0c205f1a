using System.Text.Json.Nodes;
using RobustVlm.Kernel.Notebooks;

namespace RobustVlm.Kernel.Tests.Notebooks;

/// <summary>Small notebooks for tests.</summary>
internal static class Sample
{
    public static NotebookFile Notebook(params NotebookCell[] cells)
    {
        var notebook = NotebookFile.Parse("""{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}""");
        notebook.Cells.AddRange(cells);
        return notebook;
    }

    public static NotebookCell Code(string source, params string[] tags)
    {
        var cell = new NotebookCell(CellKind.Code, string.Empty, source);
        if (tags.Length > 0)
        {
            cell.Metadata["tags"] = new JsonArray([.. tags.Select(tag => JsonValue.Create(tag))]);
        }

        return cell;
    }

    public static NotebookCell Markdown(string source) => new(CellKind.Markdown, string.Empty, source);

    public static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    public static JsonObject Display(params (string Type, string Value)[] forms)
    {
        var data = new JsonObject();
        foreach (var (type, value) in forms)
        {
            data[type] = NotebookJson.IsJsonType(type) ? JsonNode.Parse(value) : JsonValue.Create(value);
        }

        return new JsonObject { ["output_type"] = "display_data", ["data"] = data, ["metadata"] = new JsonObject() };
    }
}
