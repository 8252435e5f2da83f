using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Synchronization;

/// <summary>What is taken from the upstream, and its record.</summary>
public sealed class SyncSelectionTests
{
    [Theory]
    [InlineData("de-DE", "de,en")]
    [InlineData("en-GB", "en")]
    [InlineData("pt-BR", "en,pt-br")]
    [InlineData("pt-PT", "en,pt")]
    [InlineData("nb-NO", "en,no")]
    [InlineData("zh-Hant-TW", "en,zh-tw")]
    [InlineData("zh-HK", "en,zh-hk")]
    [InlineData("zh-CN", "en,zh-cn")]
    [InlineData("ga-IE", "en")]
    [InlineData("", "en")]
    public void DefaultFor_Culture_TakesEnglishAndItsOwnLanguage(string culture, string languages)
    {
        var selection = SyncSelection.DefaultFor(culture);

        Assert.Equal(languages, string.Join(',', selection.Languages));
        Assert.Equal((2, 3), (selection.Products.Count, selection.Classifications.Count));
    }

    [Fact]
    public void WantsFilesOf_Languages_OnlyThoseChosenAndThoseForAll()
    {
        var selection = SyncSelection.DefaultFor("de-DE");

        Assert.True(selection.WantsFilesOf([]));
        Assert.True(selection.WantsFilesOf(["fr", "DE"]));
        Assert.False(selection.WantsFilesOf(["fr", "zh-tw"]));
        Assert.True(SyncSelection.Everything.WantsFilesOf(["fr"]));
    }

    [Fact]
    public void Record_ThereAndBack_IsTheSameChoice()
    {
        Guid[] ids = [.. Enumerable.Range(0, 20).Select(_ => Guid.NewGuid())];
        var selection = new SyncSelection { Products = [.. ids], HasAllClassifications = true, Languages = ["en", "fr"] };
        var again = selection with { Products = [.. ids.Reverse()] };

        var change = SyncRecords.Selection(selection);
        var read = Assert.IsType<ViewRecord.Selection>(CatalogRecords.Read(new ChangeRecord(7, change.Kind, change.Key, change.Payload)));

        Assert.Equal(selection, read.State);
        Assert.Equal(selection, again);
        Assert.Equal(change.Payload!.Value.ToArray(), SyncRecords.Selection(again).Payload!.Value.ToArray());
        Assert.NotEqual(selection, read.State! with { Languages = ["en"] });
    }
}
