using System.Buffers;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Search;

/// <summary>Which updates are looked for. Conditions add up; what is null or empty does not count, and of several values of one condition any will do.</summary>
public sealed record UpdateQuery
{
    /// <summary>A severity that stands for none.</summary>
    public const string Unrated = "none";

    /// <summary>A part of the title; or, whole, a KB number, a bulletin or a CVE; or the beginning of an id.</summary>
    public string Text { get; init; } = "";

    /// <summary>Categories and detectoids, and what comes in bundles alone, too.</summary>
    public bool IncludesAll { get; init; }

    /// <summary>A KB number, with or without its letters.</summary>
    public string KnowledgeBase { get; init; } = "";

    /// <summary>A bulletin, e.g. `MS08-067`.</summary>
    public string Bulletin { get; init; } = "";

    /// <summary>E.g. `CVE-2008-4250`.</summary>
    public string Cve { get; init; } = "";

    /// <summary>It belongs to one of these; what stands below them is among them already.</summary>
    public IReadOnlySet<Guid>? Products { get; init; }

    /// <summary>It belongs to one of these.</summary>
    public IReadOnlySet<Guid>? Classifications { get; init; }

    /// <summary>`Critical` and so on, whatever the letter case; <see cref="Unrated"/> for those without.</summary>
    public IReadOnlyList<string> Severities { get; init; } = [];

    /// <summary>How it stands with the administrators.</summary>
    public ApprovalStanding? Standing { get; init; }

    /// <summary>The standing is that for computers that are in this group alone, what it inherits included.</summary>
    public Guid? GroupId { get; init; }

    /// <summary>One of these.</summary>
    public IReadOnlyList<UpdateType> Types { get; init; } = [];

    /// <summary>One of these.</summary>
    public IReadOnlyList<SupersedenceState> Supersedence { get; init; } = [];

    /// <summary>It arrived then or later.</summary>
    public DateTimeOffset? ArrivedSince { get; init; }

    /// <summary>It arrived before.</summary>
    public DateTimeOffset? ArrivedUntil { get; init; }

    /// <summary>Whether an update fits, put together once for a whole search.</summary>
    public Func<IndexedUpdate, bool> On(ServedView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        // The cheap questions first; each is left out when it was not asked.
        var questions = new List<Func<UpdateEntry, CatalogEntry, bool>>();
        if (!IncludesAll && Types.Count == 0) questions.Add(static (_, latest) => latest.Type is not (UpdateType.Detectoid or UpdateType.Category) && latest.IsExplicitlyDeployable);
        if (Types.Count > 0) questions.Add((_, latest) => Types.Contains(latest.Type) && (IncludesAll || latest.Type is UpdateType.Detectoid or UpdateType.Category || latest.IsExplicitlyDeployable));
        if (Standing is { } standing) questions.Add(StandingOn(view, standing));
        else if (GroupId is { } group && CountingFor(view.Groups, group) is var counting) questions.Add((update, _) => !update.IsDeclined && counting(update) is not null);
        if (ArrivedSince is { } since) questions.Add((_, latest) => latest.ArrivedAt >= since);
        if (ArrivedUntil is { } until) questions.Add((_, latest) => latest.ArrivedAt < until);
        if (Severities.Count > 0) questions.Add((_, latest) => Severities.Contains(latest.Severity ?? Unrated, StringComparer.OrdinalIgnoreCase));
        if (Supersedence.Count > 0 && view.Supersedence is var supersedence) questions.Add((update, _) => Supersedence.Contains(supersedence.StateOf(update)));
        if (Products is { } products) questions.Add((_, latest) => IsIn(latest.Categories, products));
        if (Classifications is { } classifications) questions.Add((_, latest) => IsIn(latest.Categories, classifications));
        if (KnowledgeBase.Length > 0 && Number(KnowledgeBase) is var article) questions.Add((_, latest) => Holds(latest.KnowledgeBaseArticles, article));
        if (Bulletin.Length > 0) questions.Add((_, latest) => Holds(latest.SecurityBulletins, Bulletin));
        if (Cve.Length > 0) questions.Add((_, latest) => Holds(latest.Cves, Cve));
        if (Text.Length > 0) questions.Add(TextQuestion());
        Func<UpdateEntry, CatalogEntry, bool>[] all = [.. questions];
        return indexed =>
        {
            foreach (var question in all)
                if (!question(indexed.Update, indexed.Latest))
                    return false;
            return true;
        };
    }

    private Func<UpdateEntry, CatalogEntry, bool> TextQuestion()
    {
        // Titles are many: what they are searched for is prepared once.
        var (titles, number, mayBeId) = (SearchValues.Create([Text], StringComparison.OrdinalIgnoreCase), Number(Text), Text.Length <= 36 && char.IsAsciiHexDigit(Text[0]));
        return (update, latest) =>
        {
            if (latest.Title.AsSpan().ContainsAny(titles)) return true;
            if (Holds(latest.KnowledgeBaseArticles, number) || Holds(latest.SecurityBulletins, Text) || Holds(latest.Cves, Text)) return true;
            if (!mayBeId) return false;
            Span<char> id = stackalloc char[36];
            return update.UpdateId.TryFormat(id, out _, "D") && ((ReadOnlySpan<char>)id).StartsWith(Text, StringComparison.OrdinalIgnoreCase);
        };
    }

    private Func<UpdateEntry, CatalogEntry, bool> StandingOn(ServedView view, ApprovalStanding standing)
    {
        if (standing == ApprovalStanding.Declined) return static (update, _) => update.IsDeclined;
        if (GroupId is { } group)
        {
            var counting = CountingFor(view.Groups, group);
            return (update, _) => !update.IsDeclined && Stands(counting(update)?.Action, standing);
        }

        return standing == ApprovalStanding.NotApproved
            ? static (update, _) => !update.IsDeclined && !update.Approvals.Any(approval => Stands(approval.Action, ApprovalStanding.Approved))
            : (update, _) => !update.IsDeclined && update.Approvals.Any(approval => Stands(approval.Action, standing));
    }

    /// <summary>What counts for computers that are in the group alone: what is set on the nearest group on the way up.</summary>
    private static Func<UpdateEntry, Approval?> CountingFor(GroupTree groups, Guid group)
    {
        // Every computer is in a group besides that one.
        if (group == TargetGroup.AllComputers.Id) return update => update.Approvals.FirstOrDefault(approval => approval.GroupId == group);
        var membership = groups.MembershipOfGroups([group]);
        return update => update.Approvals.Count == 0 ? null : ApprovalConflict.Resolve(update.Approvals, membership);
    }

    private static bool Stands(ApprovalAction? action, ApprovalStanding standing) => standing switch
    {
        ApprovalStanding.Approved => action is ApprovalAction.Install or ApprovalAction.Uninstall or ApprovalAction.OptionalInstall,
        ApprovalStanding.NotApproved => action is null or ApprovalAction.NotApproved,
        ApprovalStanding.Install => action == ApprovalAction.Install,
        ApprovalStanding.Uninstall => action == ApprovalAction.Uninstall,
        ApprovalStanding.OptionalInstall => action == ApprovalAction.OptionalInstall,
        _ => false,
    };

    private static bool IsIn(IReadOnlyList<Guid> categories, IReadOnlySet<Guid> wanted)
    {
        for (var i = 0; i < categories.Count; i++)
            if (wanted.Contains(categories[i]))
                return true;
        return false;
    }

    private static bool Holds(IReadOnlyList<string> names, string wanted)
    {
        for (var i = 0; i < names.Count; i++)
            if (string.Equals(names[i], wanted, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    private static string Number(string text) => text.StartsWith("KB", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
}
