using System.Collections.Frozen;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Distribution;

namespace Hierarchy.Content.Planning;

/// <summary>What a server is to have, and the rules that it keeps to. Immutable, swapped whole.</summary>
public sealed class ContentPlan
{
    private readonly FrozenDictionary<Sha1Digest, PlannedFile> _files;

    /// <summary>A plan.</summary>
    /// <param name="rules">What holds for this server.</param>
    /// <param name="files">Files that clients will want, the most urgent first; each once.</param>
    public ContentPlan(ContentRules rules, IReadOnlyCollection<PlannedFile> files)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(files);
        Rules = rules;
        _files = files.ToFrozenDictionary(planned => planned.File.Sha1);
        var ahead = new List<ContentFile>();
        long bytes = 0;
        foreach (var planned in files)
        {
            if (planned.Policy != FetchPolicy.Ahead) continue;
            // What is left out is fetched when a client asks. A smaller file behind a large one may still find room.
            if (rules.SizeLimit is { } limit && bytes + planned.File.Size > limit)
            {
                BeyondLimit++;
                BytesBeyondLimit += planned.File.Size;
                continue;
            }

            bytes += planned.File.Size;
            ahead.Add(planned.File);
        }

        (Ahead, BytesAhead) = (ahead, bytes);
    }

    /// <summary>What holds for this server.</summary>
    public ContentRules Rules { get; }

    /// <summary>All that clients will want.</summary>
    public IReadOnlyCollection<PlannedFile> Files => _files.Values;

    /// <summary>What is fetched before anyone asks, the most urgent first; no more than the size limit holds.</summary>
    public IReadOnlyList<ContentFile> Ahead { get; }

    /// <summary>Bytes of those.</summary>
    public long BytesAhead { get; }

    /// <summary>Files that would be fetched ahead if the size limit were higher.</summary>
    public int BeyondLimit { get; }

    /// <summary>Bytes of those.</summary>
    public long BytesBeyondLimit { get; }

    /// <summary>Nothing is planned yet; files are fetched as the policy says.</summary>
    public static ContentPlan Nothing(FetchPolicy policy) => new(new ContentRules { Default = policy }, []);

    /// <summary>The planned file of that name; null for what no approved update has.</summary>
    public PlannedFile? Find(Sha1Digest sha1) => _files.GetValueOrDefault(sha1);

    /// <summary>When a file is fetched.</summary>
    public FetchPolicy PolicyOf(Sha1Digest sha1) => Find(sha1)?.Policy ?? Rules.Default;
}
