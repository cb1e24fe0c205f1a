using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace RobustVlm.Experiments.Tests.Plots;

/// <summary>What a figure shows after its slider was moved.</summary>
/// <param name="Active">The slider's place.</param>
/// <param name="Visible">Numbers of the traces that are drawn.</param>
/// <param name="Pictures">Addresses of the pictures in the drawing.</param>
internal sealed record SliderState(int Active, int[] Visible, string[] Pictures);

/// <summary>Figures in headless Chromium, drawn by plotly.js; both are looked for and tests skipped without them.</summary>
internal static partial class Browser
{
    private const string Program = "/usr/bin/chromium";

    // What a hand does: press on the rail at a share of its length, let go, and look.
    private const string Script = """
        const look = gd => ({
          active: gd._fullLayout.sliders[0].active,
          visible: gd._fullData.flatMap((trace, i) => trace.visible === true ? [i] : []),
          pictures: [...gd.querySelectorAll('image')].map(image => image.getAttribute('href') || image.getAttribute('xlink:href') || '')
        });
        // The slider acts in the next frame, and a page nobody looks at may have none.
        window.requestAnimationFrame = act => setTimeout(() => act(performance.now()), 16);
        const wait = () => new Promise(done => setTimeout(done, 400));
        (async () => {
          const gd = document.getElementById('figure');
          await Plotly.newPlot(gd, figure.data, figure.layout, figure.config);
          await wait();
          const seen = [look(gd)];
          for (const share of shares) {
            const rail = gd.querySelector('.slider-rail-touch-rect');
            const box = rail.getBoundingClientRect();
            const at = { bubbles: true, cancelable: true, view: window, clientX: box.left + share * box.width, clientY: box.top + box.height / 2 };
            rail.dispatchEvent(new MouseEvent('mousedown', at));
            await wait();
            gd.dispatchEvent(new MouseEvent('mouseup', at));
            await wait();
            seen.push(look(gd));
          }
          document.getElementById('seen').textContent = JSON.stringify(seen);
        })().catch(error => document.getElementById('seen').textContent = 'failed: ' + error.stack);
        """;

    /// <summary>Draws a figure, presses its slider's rail at each share of its length, and tells what is shown at first and after each.</summary>
    public static SliderState[] MoveSlider(JsonObject figure, double[] shares)
    {
        Skip.IfNot(File.Exists(Program), "Chromium is not installed.");
        var plotly = Path.Combine(Lab.Open(Scale.Smoke).Root, "data", "cache", "plotly", "plotly-cartesian.min.js");
        Skip.IfNot(File.Exists(plotly), "data/cache has no plotly.js; src/setup --notebooks fetches it.");
        using var folder = new Results.TemporaryFolder();
        var page = folder.File("page.html");
        File.WriteAllText(page, string.Create(CultureInfo.InvariantCulture, $"""
            <!doctype html><html><head><meta charset="utf-8"><script src="{new Uri(plotly).AbsoluteUri}"></script></head><body>
            <div id="figure"></div><pre id="seen"></pre>
            <script>const figure = {figure.ToJsonString()}; const shares = {JsonSerializer.Serialize(shares)};
            {Script}</script></body></html>
            """));
        using var process = Process.Start(new ProcessStartInfo(Program, [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--virtual-time-budget=20000", "--window-size=1400,1000",
            $"--user-data-dir={folder.File("profile")}", "--dump-dom", new Uri(page).AbsoluteUri])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;   // never null without a shell
        var errors = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var seen = Seen().Match(text);
        Assert.True(seen.Success && seen.Groups[1].Value.StartsWith('['), $"{seen.Groups[1].Value}\n{errors.Result}");
        return JsonSerializer.Deserialize<SliderState[]>(System.Net.WebUtility.HtmlDecode(seen.Groups[1].Value), JsonSerializerOptions.Web)!;   // starts with [
    }

    [GeneratedRegex("<pre id=\"seen\">(.*?)</pre>", RegexOptions.Singleline)]
    private static partial Regex Seen();
}
