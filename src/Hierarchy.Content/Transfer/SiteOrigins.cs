using System.Collections.Concurrent;
using Hierarchy.Domain.Sites;

namespace Hierarchy.Content.Transfer;

/// <summary>
/// The servers of the site before the way out of it. For each file one of them is to fetch it from outside, the same for all that know the same servers (rendezvous hashing by the file's SHA-1); the others
/// take it from that one, so that a file crosses the link into the site once. A sibling that does not answer is left out for a while, and where none has the file in time it is fetched from outside.
/// </summary>
/// <remarks>
/// Servers may disagree about who it is, while the list of servers is on its way. That costs a second crossing and never a loop: whoever is asked by a sibling asks no sibling itself, and answers that it
/// has nothing when it is waiting for one already.
/// </remarks>
/// <param name="outside">Where a file comes from otherwise.</param>
/// <param name="self">This server.</param>
/// <param name="site">This server's site.</param>
/// <param name="neighbours">The other servers of the site that take files from outside it; asked for every attempt.</param>
/// <param name="time">The clock.</param>
public sealed class SiteOrigins(IContentOrigins outside, Guid self, string site, Func<IReadOnlyList<SiteNeighbour>> neighbours, TimeProvider time) : IContentOrigins
{
    /// <summary>How long a sibling that did not answer is not asked.</summary>
    public static readonly TimeSpan LeftOutFor = TimeSpan.FromMinutes(1);

    /// <summary>Siblings that are asked whether they happen to have a file: each costs a question in the local network for every file that nobody has.</summary>
    private const int MostAsked = 3;

    private readonly ConcurrentDictionary<Guid, long> _failed = new();

    /// <inheritdoc/>
    public IReadOnlyList<ContentOrigin> For(ContentFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var others = outside.For(file);
        var around = neighbours().Where(IsHealthy).ToArray();
        if (around.Length == 0) return others;

        var key = file.Sha1.ToString();
        var ranked = around.Select(neighbour => (Neighbour: neighbour, Weight: ServerRanking.Weight(key, neighbour.Id)))
            .OrderByDescending(entry => entry.Weight).ThenBy(entry => entry.Neighbour.Id).ToArray();
        var mine = ServerRanking.Weight(key, self);
        var isMine = others.Count > 0 && (mine > ranked[0].Weight || (mine == ranked[0].Weight && self.CompareTo(ranked[0].Neighbour.Id) < 0));
        // Who has it already goes before who would have to fetch it.
        return [.. ranked.Skip(isMine ? 0 : 1).Take(MostAsked).Select(entry => At(entry.Neighbour, file, onlyIfStored: true)), .. isMine ? [] : new[] { At(ranked[0].Neighbour, file, onlyIfStored: false) }, .. others];
    }

    /// <inheritdoc/>
    public void SiblingFailed(ContentOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        _failed[origin.ServerId] = time.GetTimestamp();
    }

    private ContentOrigin At(SiteNeighbour neighbour, ContentFile file, bool onlyIfStored) =>
        new(ContentPath.UrlFor(neighbour.ContentUrl, file), ContentOriginKind.Sibling) { ServerId = neighbour.Id, Site = site, OnlyIfStored = onlyIfStored };

    private bool IsHealthy(SiteNeighbour neighbour)
    {
        if (!_failed.TryGetValue(neighbour.Id, out var since)) return true;
        if (time.GetElapsedTime(since) < LeftOutFor) return false;
        _failed.TryRemove(KeyValuePair.Create(neighbour.Id, since));
        return true;
    }
}
