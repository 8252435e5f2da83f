using Google.Protobuf;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Sites;
using Hierarchy.Protocol.Catalog.V1;
using BandwidthSchedule = Hierarchy.Domain.Sites.BandwidthSchedule;
using BandwidthWindow = Hierarchy.Domain.Sites.BandwidthWindow;

namespace Hierarchy.Replication.Wire;

/// <summary>Records of the network between sites: links and what is decided for the whole tree.</summary>
public static class SiteRecords
{
    /// <summary>A link.</summary>
    public static Change Link(SiteLink link) => new((int)RecordKind.SiteLink, LinkKey(link.From, link.To), Message(link).ToByteArray());

    /// <summary>Removes the link between two sites.</summary>
    public static Change NoLink(string from, string to) => new((int)RecordKind.SiteLink, LinkKey(from, to), Payload: null);

    /// <summary>The message of a link's record.</summary>
    public static SiteLinkRecord Message(SiteLink link) => new()
    {
        From = link.From,
        To = link.To,
        Cost = link.Cost,
        Schedule = link.Schedule == BandwidthSchedule.Unlimited ? null : Message(link.Schedule),
    };

    /// <summary>A link's record, understood. What it says is not examined: see <see cref="BandwidthWindow.Fault"/>.</summary>
    public static SiteLink FromMessage(SiteLinkRecord message) => new()
    {
        From = message.From,
        To = message.To,
        Cost = message.Cost,
        Schedule = message.Schedule is null ? BandwidthSchedule.Unlimited : FromMessage(message.Schedule),
    };

    /// <summary>A schedule, understood.</summary>
    public static BandwidthSchedule FromMessage(Protocol.Catalog.V1.BandwidthSchedule message) => new(
        message.Windows.Select(window => new BandwidthWindow(
            (Weekdays)window.Days, TimeSpan.FromMinutes(window.FromMinute), TimeSpan.FromMinutes(window.ToMinute), window.HasBytesPerSecond ? window.BytesPerSecond : null)).ToArray(),
        message.HasDefaultRate ? message.DefaultRate : null);

    /// <summary>What is decided for the whole tree.</summary>
    public static Change Settings(TreeSettings settings) => new(
        (int)RecordKind.TreeSettings, Array.Empty<byte>(), new TreeSettingsRecord { DefaultSite = settings.DefaultSite, Targeting = GroupRecords.Message(settings.Targeting) }.ToByteArray());

    internal static SiteLink ReadLink(ReadOnlyMemory<byte> payload) => FromMessage(SiteLinkRecord.Parser.ParseFrom(payload.Span));

    internal static TreeSettings ReadSettings(ReadOnlyMemory<byte> payload)
    {
        var message = TreeSettingsRecord.Parser.ParseFrom(payload.Span);
        return new TreeSettings { DefaultSite = message.DefaultSite, Targeting = GroupRecords.FromMessage(message.Targeting) };
    }

    private static Protocol.Catalog.V1.BandwidthSchedule Message(BandwidthSchedule schedule)
    {
        var message = new Protocol.Catalog.V1.BandwidthSchedule();
        if (schedule.DefaultRate is { } rate) message.DefaultRate = rate;
        foreach (var window in schedule.Windows)
        {
            var item = new Protocol.Catalog.V1.BandwidthWindow { Days = (int)window.Days, FromMinute = (int)window.From.TotalMinutes, ToMinute = (int)window.To.TotalMinutes };
            if (window.BytesPerSecond is { } bytes) item.BytesPerSecond = bytes;
            message.Windows.Add(item);
        }

        return message;
    }

    private static byte[] LinkKey(string from, string to) => System.Text.Encoding.UTF8.GetBytes(SiteLink.KeyOf(from, to));
}
