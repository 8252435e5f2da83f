using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Hierarchy.Domain.Search;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Api.Admin;

namespace Hierarchy.Server.Search;

/// <summary>Where a page ended: the last update of it as it stood in the order, so that the next page begins behind it, whatever came or went meanwhile.</summary>
/// <param name="Order">The order of the list.</param>
/// <param name="UpdateId">The last update.</param>
/// <param name="Rank">Its arrival in ticks, or how many computers need it; 0 by title.</param>
/// <param name="Title">Its title.</param>
internal sealed record PagePlace(UpdateOrder Order, Guid UpdateId, long Rank, string Title)
{
    /// <summary>As a caller carries it.</summary>
    public string Token => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(int)Order}\n{UpdateId:N}\n{Rank}\n{Title}")));

    /// <summary>The place of an update in an order.</summary>
    public static PagePlace Of(UpdateOrder order, in IndexedUpdate update, int needed) => new(
        order, update.Update.UpdateId, order switch { UpdateOrder.Arrival => UpdateIndex.ArrivalOf(update).UtcTicks, UpdateOrder.Needed => needed, _ => 0 }, update.Latest.Title);

    /// <summary>What a caller brings back; refused when it is none, or of another order.</summary>
    public static PagePlace Read(string token, UpdateOrder order)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('\n', 4);
            if (parts.Length == 4 && parts[0] == ((int)order).ToString(CultureInfo.InvariantCulture) && Guid.TryParseExact(parts[1], "N", out var id)
                && long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var rank) && rank >= 0 && rank <= DateTimeOffset.MaxValue.Ticks)
                return new PagePlace(order, id, rank, parts[3]);
        }
        catch (FormatException)
        {
            // Refused below.
        }

        throw Refusal.Invalid("The page token is not one that this server gave for this order.");
    }
}
