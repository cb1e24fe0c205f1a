using RobustVlm.Data.Worlds;
using RobustVlm.Experiments.Tours;
using Xunit;

namespace RobustVlm.Experiments.Tests.Tours;

public sealed class TourTests
{
    private static readonly Lab s_lab = Lab.Open(Scale.Smoke, 7);

    [Fact]
    public void The_overview_lists_every_world_once()
    {
        var table = new WorldTour(s_lab).Overview();

        Assert.Equal(WorldCatalog.All.Select(world => world.Name), table["World"].Select(cell => cell.ToString()));
    }

    [Fact]
    public void A_contact_sheet_is_one_jpeg_with_a_row_per_class()
    {
        var sheet = new WorldTour(s_lab).Sheet("faces");

        Assert.Equal(WorldCatalog.Find("faces").Classes, sheet.Grid.Rows.Select(row => row.Label));
        Assert.Equal([0xFF, 0xD8, 0xFF], sheet.ToJpeg()[..3]);
        Assert.Equal(["image/jpeg", "text/plain"], sheet.ToMimeBundle().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_answers_of_a_blind_trial_belong_to_its_pictures()
    {
        var tour = new WorldTour(s_lab);

        Assert.Equal(tour.BlindTrial("blood").Grid.Rows.Sum(row => row.Cells.Count), tour.BlindAnswers("blood").Rows.Count);
    }

    [Fact]
    public void A_text_needs_exactly_one_gap()
    {
        var tour = new ModelTour(s_lab);

        Assert.Throws<ArgumentException>(() => tour.FillIn("no gap"));
        Assert.Throws<ArgumentException>(() => tour.FillIn("___ and ___"));
    }
}
