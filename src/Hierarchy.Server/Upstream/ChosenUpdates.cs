using System.Globalization;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Upstream;

/// <summary>What a root takes from its upstream, by the record in its log; without one, what WSUS takes at first.</summary>
internal static class ChosenUpdates
{
    /// <summary>The choice that holds at the root.</summary>
    /// <param name="view">What stands in the log.</param>
    /// <param name="followsUpstream">An upstream decides for this root: then its products are taken, all of them, for its approvals name them.</param>
    public static SyncSelection Of(ServedView view, bool followsUpstream) => followsUpstream
        ? (view.Selection ?? SyncSelection.Everything) with { HasAllProducts = true, Products = [], HasAllClassifications = true, Classifications = [] }
        : view.Selection ?? SyncSelection.DefaultFor(ServerCulture());

    /// <summary>As the upstream is asked.</summary>
    public static SyncFilter FilterOf(ServedView view, bool followsUpstream)
    {
        var selection = Of(view, followsUpstream);
        return new SyncFilter
        {
            Products = selection.HasAllProducts ? null : selection.Products,
            Classifications = selection.HasAllClassifications ? null : selection.Classifications,
            Imported = view.Imported.Keys.ToHashSet(),
        };
    }

    /// <summary>The server's own language. A computer without language data says it in its environment alone: `de_DE.UTF-8`.</summary>
    private static string ServerCulture()
    {
        if (CultureInfo.CurrentUICulture.Name.Length > 0) return CultureInfo.CurrentUICulture.Name;
        var locale = Environment.GetEnvironmentVariable("LC_ALL") is { Length: > 0 } all ? all : Environment.GetEnvironmentVariable("LANG") ?? "";
        return locale.Split('.', '@')[0].Replace('_', '-');
    }
}
