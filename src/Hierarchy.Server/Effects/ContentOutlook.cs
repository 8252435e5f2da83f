using Hierarchy.Content;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication;

namespace Hierarchy.Server.Effects;

/// <summary>What servers would want to fetch, and over which links, were other updates approved.</summary>
internal sealed class ContentOutlook(ServerIdentity self, ContentOptions options)
{
    private const string FromMicrosoft = "Microsoft Update";

    /// <summary>Adds to what would follow.</summary>
    /// <param name="told">What would follow.</param>
    /// <param name="before">The view.</param>
    /// <param name="after">The view then.</param>
    /// <param name="touched">Updates that may be approved otherwise then.</param>
    public void Add(DecisionEffects told, ServedView before, ServedView after, IReadOnlyList<Guid> touched)
    {
        if (touched.Count == 0) return;
        var decider = after.DeciderOf(self.Id)?.Id;
        var map = new SiteMap(after.Sites.Values, after.TreeSettings.DefaultSite, after.Links.Values);
        // Many servers live by the same rules: each is worked out once.
        var differences = new Dictionary<ContentRules, Difference>();
        var links = new Dictionary<string, (SiteLink Link, long Bytes)>(StringComparer.Ordinal);
        foreach (var server in after.Servers.Values.Where(server => after.DeciderOf(server.Id)?.Id == decider).OrderBy(server => server.Name, StringComparer.OrdinalIgnoreCase).ThenBy(server => server.Id))
        {
            // How other servers were started is theirs alone: the usual is taken.
            var rules = ContentRules.Of(after, server.Id, server.Id == self.Id ? options.Policy : FetchPolicy.Ahead);
            if (!differences.TryGetValue(rules, out var difference)) differences[rules] = difference = Compare(before, after, rules, touched);
            if (difference.IsNone) continue;
            var parent = TakesFromMicrosoft(after, server) ? null : server.ParentId is { } id ? after.Servers.GetValueOrDefault(id) : null;
            told.Content.Add(new ContentEffect
            {
                Server = server.Name,
                Source = parent?.Name ?? (server.ParentId is null || TakesFromMicrosoft(after, server) ? FromMicrosoft : "its parent"),
                Files = difference.Files,
                Bytes = difference.Bytes,
                BytesOnDemand = difference.OnDemand,
                BytesLess = difference.Less,
            });
            if (parent is null || difference.Bytes == 0) continue;
            foreach (var link in map.Path(parent.Site, server.Site))
                links[link.Key] = (link, links.GetValueOrDefault(link.Key).Bytes + difference.Bytes);
        }

        told.Links.Add(links.Values.OrderByDescending(link => link.Bytes).ThenBy(link => link.Link.Key, StringComparer.Ordinal).Select(link => new LinkEffect { From = link.Link.From, To = link.Link.To, Bytes = link.Bytes }));
    }

    private static bool TakesFromMicrosoft(ServedView view, EnrolledServer server) => server.ParentId is null || view.ServerSettings.GetValueOrDefault(server.Id)?.TakesContentFromMicrosoft == true;

    private static Difference Compare(ServedView before, ServedView after, ContentRules rules, IReadOnlyList<Guid> touched)
    {
        var categories = rules.IsUniform ? CategoryTree.None : CategoryTree.Of(after);
        var (was, becomes) = (Files(before, rules, categories, touched), Files(after, rules, categories, touched));
        if (was.Keys.All(becomes.ContainsKey) && becomes.All(file => was.TryGetValue(file.Key, out var known) && known.Policy == file.Value.Policy)) return Difference.None;
        // What another update wants anyway is neither more nor less.
        var others = Files(after, rules, categories, after.Updates.Values.Where(update => update.Approvals.Count > 0).Select(update => update.UpdateId).Except(touched));
        var more = becomes.Where(file => !IsFetched(was, file.Key, file.Value.Policy) && !IsFetched(others, file.Key, file.Value.Policy)).Select(file => file.Value).ToArray();
        var less = was.Where(file => !becomes.ContainsKey(file.Key) && !others.ContainsKey(file.Key)).Sum(file => file.Value.File.Size);
        var ahead = more.Where(file => file.Policy == FetchPolicy.Ahead).ToArray();
        return new Difference(ahead.Length, ahead.Sum(file => file.File.Size), more.Where(file => file.Policy == FetchPolicy.OnDemand).Sum(file => file.File.Size), less);
    }

    // As early as that, or earlier.
    private static bool IsFetched(Dictionary<Sha1Digest, WantedFile> files, in Sha1Digest sha1, FetchPolicy policy) => files.TryGetValue(sha1, out var known) && known.Policy <= policy;

    private static Dictionary<Sha1Digest, WantedFile> Files(ServedView view, ContentRules rules, CategoryTree categories, IEnumerable<Guid> updates)
    {
        var files = new Dictionary<Sha1Digest, WantedFile>();
        foreach (var id in updates)
            if (view.Updates.GetValueOrDefault(id) is { } update)
                foreach (var file in WantedFiles.Of(view, update, rules, categories))
                {
                    var sha1 = new Sha1Digest(file.File.Sha1.Span);
                    files[sha1] = files.TryGetValue(sha1, out var known) ? WantedFiles.Merge(known, file) : file;
                }

        return files;
    }

    private sealed record Difference(int Files, long Bytes, long OnDemand, long Less)
    {
        public static Difference None { get; } = new(0, 0, 0, 0);

        public bool IsNone => this == None;
    }
}
