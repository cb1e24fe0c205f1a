using RobustVlm.Data.Chest;
using RobustVlm.Data.Worlds;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>Texts of the worlds without their pictures: these are drawn as small as can be, since the text does not depend on their size.</summary>
internal static class WorldTexts
{
    private const int Pixels = 16;

    /// <summary>Captions of all worlds in equal parts.</summary>
    internal static IReadOnlyList<string> Captions(int count, Generator random)
    {
        var texts = new List<string>();
        for (var i = 0; i < WorldCatalog.All.Count; i++)
        {
            using var batch = WorldCatalog.All[i].Render(Math.Max(1, (count - texts.Count) / (WorldCatalog.All.Count - i)), Pixels, random);
            texts.AddRange(batch.Captions);
        }

        return texts;
    }

    /// <summary>Radiology reports with findings and impression.</summary>
    internal static IReadOnlyList<string> Reports(int count, Generator random)
    {
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = Pixels }).Render(count, random);
        return [.. SectionedReports.Write(batch, random).Select(report => report.Text)];
    }
}
