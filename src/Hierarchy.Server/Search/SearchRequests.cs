using Google.Protobuf.Collections;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.Search;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Api.Admin;
using SupersedenceState = Hierarchy.Domain.View.SupersedenceState;
using UpdateType = Hierarchy.Domain.Catalog.UpdateType;

namespace Hierarchy.Server.Search;

/// <summary>What a request for updates means: names resolved, and what makes no sense refused.</summary>
internal static class SearchRequests
{
    private const int LongestText = 256;
    private const int MostValues = 100;

    /// <summary>What is looked for.</summary>
    public static UpdateQuery Read(ServedView view, ListUpdatesRequest request)
    {
        if (new[] { request.Text, request.KnowledgeBase, request.SecurityBulletin, request.Cve }.Any(text => text.Length > LongestText)) throw Refusal.Invalid($"A text to look for has at most {LongestText} characters.");
        if (new[] { request.Products.Count, request.Classifications.Count, request.Severities.Count, request.States.Count, request.Supersedence.Count, request.UpdateTypes.Count }.Any(count => count > MostValues))
            throw Refusal.Invalid($"A condition has at most {MostValues} values.");
        if (request.Standing != 0 && !Enum.IsDefined((ApprovalStanding)request.Standing)) throw Refusal.Invalid("This server does not know that standing: it is older than the program that asks.");
        if (request.States.Any(state => !Enum.IsDefined((UpdateState)(int)state) || (int)state == 0)) throw Refusal.Invalid("Computers that said nothing of an update cannot be looked for: name states that they report.");
        if (request.UpdateTypes.Any(type => !Enum.IsDefined((UpdateType)(int)type))) throw Refusal.Invalid("Updates are software or drivers, categories or detectoids.");
        if (request.ArrivedSince is { } since && request.ArrivedUntil is { } until && since.ToDateTimeOffset() >= until.ToDateTimeOffset())
            throw Refusal.Invalid("The time from which lies behind the time until which: nothing can have arrived between them.");
        if (request.Supersedence.Any(state => (int)state == 0 || !Enum.IsDefined((SupersedenceState)((int)state - 1)))) throw Refusal.Invalid("Of supersedence there are four states: none, supersedes, superseded, both.");
        var (standing, group) = (request.Standing == 0 ? (ApprovalStanding?)null : (ApprovalStanding)request.Standing, request.Group.Trim());
        var categories = request.Products.Count + request.Classifications.Count == 0 ? CategoryTree.None : CategoryTree.Of(view);
        return new UpdateQuery
        {
            Text = request.Text.Trim(),
            IncludesAll = request.IncludeAll,
            KnowledgeBase = request.KnowledgeBase.Trim(),
            Bulletin = request.SecurityBulletin.Trim(),
            Cve = request.Cve.Trim(),
            Products = Resolve(request.Products, categories, categories.Products, "products"),
            Classifications = Resolve(request.Classifications, categories, categories.Classifications, "classifications"),
            Severities = [.. request.Severities.Select(severity => severity.Trim())],
            Standing = standing ?? (request.ApprovedOnly ? ApprovalStanding.Approved : null),
            GroupId = group.Length == 0 ? null : view.Groups.Find(group)?.Id ?? throw Refusal.NotFound($"There is no group '{group}'. `hierarchy groups list` lists them."),
            Types = [.. request.UpdateTypes.Select(type => (UpdateType)(int)type)],
            Supersedence = [.. request.Supersedence.Select(state => (SupersedenceState)((int)state - 1))],
            ArrivedSince = request.ArrivedSince?.ToDateTimeOffset(),
            ArrivedUntil = request.ArrivedUntil?.ToDateTimeOffset(),
        };
    }

    // A family stands for everything below it.
    private static HashSet<Guid>? Resolve(RepeatedField<string> names, CategoryTree tree, IReadOnlyList<CategoryTree.Category> offered, string kind)
    {
        if (names.Count == 0) return null;
        if (tree.IsEmpty) throw Refusal.Precondition("The catalog holds no categories yet. Fetch them first: hierarchy sync run --categories-only");
        var named = names.Select(name => SelectionNames.Category(name, offered, new HashSet<Guid>(), kind).Id).ToHashSet();
        return [.. named, .. offered.Where(category => tree.IsWithin(category.Id, named)).Select(category => category.Id)];
    }
}
