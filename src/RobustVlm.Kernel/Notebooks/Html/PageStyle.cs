namespace RobustVlm.Kernel.Notebooks.Html;

/// <summary>The page's style sheet: light and dark, readable on a phone, printable.</summary>
internal static class PageStyle
{
    public const string Text = """

        :root { color-scheme: light dark; --back: #fff; --text: #1f2328; --soft: #59636e; --line: #d8dee4; --code: #f6f8fa; --zebra: #f6f8fa;
          --link: #0b5cad; --keyword: #a3168f; --type: #0f6b75; --method: #6b4700; --string: #a0330a; --number: #0a5d2c; --comment: #5b6b5b;
          --error: #fff1f0; --error-line: #d1242f; --warn: #fff8e6; --red: #b3151f; --green: #14692c; --yellow: #7a5200; --blue: #0b5cad; --magenta: #8b2a9b; --cyan: #0f6b75; }
        @media (prefers-color-scheme: dark) {
          :root { --back: #14171b; --text: #e3e7ec; --soft: #9aa5b1; --line: #343b44; --code: #1d2228; --zebra: #1b2026;
            --link: #7fb8ff; --keyword: #e59adf; --type: #74d0d6; --method: #e3c98a; --string: #f0a57f; --number: #93d8a6; --comment: #94a594;
            --error: #331a1c; --error-line: #ff7b72; --warn: #2e2714; --red: #ff8b84; --green: #86d797; --yellow: #e6c15c; --blue: #8fc1ff; --magenta: #e3a0ee; --cyan: #7ed6dc; }
        }
        * { box-sizing: border-box; }
        html { scroll-behavior: smooth; }
        body { margin: 0; background: var(--back); color: var(--text); font: 17px/1.62 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.5rem 6rem 3.25rem; }
        .prose > * { max-width: 46rem; }
        .prose > table, .prose > pre { max-width: 100%; }
        h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 2.2em 0 .6em; scroll-margin-top: 1rem; text-wrap: balance; }
        h1 { font-size: 2.1rem; margin-top: .6em; letter-spacing: -.01em; } h2 { font-size: 1.5rem; } h3 { font-size: 1.2rem; } h4, h5, h6 { font-size: 1rem; }
        a { color: var(--link); text-underline-offset: .15em; }
        blockquote { margin: 1em 0; padding: .1em 1.2em; border-left: 4px solid var(--line); color: var(--soft); }
        hr { border: 0; border-top: 1px solid var(--line); margin: 2.5em 0; }
        img { max-width: 100%; height: auto; }
        code, pre, .count { font-family: ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
        :not(pre) > code { background: var(--code); padding: .12em .35em; border-radius: 4px; }
        pre { line-height: 1.5; margin: 0; overflow-x: auto; tab-size: 4; }
        pre code { font-size: 1em; }
        .prose pre.code { margin: 1em 0; }
        .cell { margin: 1rem 0; }
        .source { position: relative; }
        .count { position: absolute; right: 100%; top: .85rem; width: 2.4rem; padding-right: .7rem; text-align: right; color: var(--soft); opacity: .75; user-select: none; }
        pre.code { background: var(--code); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
        .outputs { margin: .5rem 0 1.6rem; }
        .output { padding: .35rem 1rem; overflow-x: auto; }
        pre.stream, pre.error { padding: .5rem 1rem; max-height: 32rem; overflow: auto; }
        pre.stderr { background: var(--warn); border-radius: 6px; }
        pre.error { background: var(--error); border-left: 4px solid var(--error-line); border-radius: 0 6px 6px 0; margin: .4rem 0; }
        pre.raw { color: var(--soft); white-space: pre-wrap; }
        .output table, .prose table { border-collapse: collapse; font-size: .92em; line-height: 1.4; margin: .6em 0; font-variant-numeric: tabular-nums; }
        .prose table { display: block; overflow-x: auto; width: max-content; max-width: 100%; }
        .output caption { caption-side: top; text-align: left; font-weight: 600; padding: .3em .2em; }
        .output th, .output td, .prose th, .prose td { padding: .38em .85em; border: 0; text-align: left; vertical-align: top; }
        .output thead th, .output thead td, .prose thead th { border-bottom: 2px solid var(--line); font-weight: 600; vertical-align: bottom; }
        .output tbody tr, .prose tbody tr { border-bottom: 1px solid var(--line); }
        .output tbody tr:nth-child(even), .prose tbody tr:nth-child(even) { background: var(--zebra); }
        .output table .number, .prose table .number { text-align: right; }
        .output td pre { overflow: visible; }
        .figure { max-width: 100%; }
        .plotly-figure, .figure > img, .output > img { background: #fff; border-radius: 8px; }
        .plotly-figure { padding: .4rem; color: #222; }
        .math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", Cambria, serif; font-style: italic; white-space: pre-wrap; }
        .math.display { display: block; text-align: center; margin: 1em 0; overflow-x: auto; }
        .math:has(.katex) { font-style: normal; white-space: normal; }
        .k-keyword { color: var(--keyword); } .k-type { color: var(--type); } .k-method { color: var(--method); } .k-string { color: var(--string); }
        .k-number { color: var(--number); } .k-comment { color: var(--comment); font-style: italic; } .k-directive { color: var(--soft); }
        .ansi-bold { font-weight: 700; } .ansi-italic { font-style: italic; } .ansi-underlined { text-decoration: underline; }
        .ansi-black { color: inherit; } .ansi-red { color: var(--red); } .ansi-green { color: var(--green); } .ansi-yellow { color: var(--yellow); }
        .ansi-blue { color: var(--blue); } .ansi-magenta { color: var(--magenta); } .ansi-cyan { color: var(--cyan); } .ansi-white { color: var(--soft); }
        .ansi-black-back { background: #3b424a; color: #fff; } .ansi-red-back { background: #b3151f; color: #fff; } .ansi-green-back { background: #14692c; color: #fff; }
        .ansi-yellow-back { background: #e6c15c; color: #000; } .ansi-blue-back { background: #0b5cad; color: #fff; } .ansi-magenta-back { background: #8b2a9b; color: #fff; }
        .ansi-cyan-back { background: #0f6b75; color: #fff; } .ansi-white-back { background: #d8dee4; color: #000; }
        nav { max-width: 60rem; margin: 0 auto; padding: 1.2rem 1.5rem 0 3.25rem; font-size: .87rem; line-height: 1.4; }
        nav summary { cursor: pointer; color: var(--soft); font-weight: 600; }
        nav ul { list-style: none; margin: .6rem 0 0; padding: 0; } nav li { margin: .32rem 0; }
        nav a { color: var(--soft); text-decoration: none; } nav a:hover { color: var(--link); text-decoration: underline; }
        nav .level-2 { padding-left: .9rem; } nav .level-3 { padding-left: 1.8rem; }
        @media (min-width: 84rem) {
          body.has-contents { display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
          body.has-contents nav { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; align-self: start; margin: 0; padding: 2.6rem 1rem 2rem 1.6rem; }
        }
        @media (max-width: 46rem) { body { font-size: 16px; } main, nav { padding-left: 1rem; padding-right: 1rem; } .count { display: none; } h1 { font-size: 1.7rem; } }
        @media print { nav { display: none; } main { max-width: none; padding: 0; } .cell, pre { break-inside: avoid; } pre.stream, pre.error { max-height: none; } }

        """;
}
