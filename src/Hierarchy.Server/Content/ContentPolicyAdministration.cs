using Hierarchy.Content;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Store;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Content;

/// <summary>Deciding what is fetched, when and by whom; what follows is said before it is decided.</summary>
internal sealed class ContentPolicyAdministration(DecisionDesk desk, ServerIdentity self, ContentOptions options, ContentStore store, ServerDirectory directory)
{
    private const int MostCategories = 1000;
    private static readonly TimeSpan ShortestKeep = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestKeep = TimeSpan.FromDays(3653);

    public GetContentPolicyResponse Get(GetContentPolicyRequest request)
    {
        var view = desk.View;
        var wanted = request.Server.Trim();
        var servers = wanted.Length == 0 ? view.Servers.Values : [ServerAdministration.Find(view, wanted)];
        var response = new GetContentPolicyResponse { Tree = ContentRecords.Message(null, view.TreeContent) };
        foreach (var server in servers.OrderBy(server => server.Name, StringComparer.OrdinalIgnoreCase).ThenBy(server => server.Id))
            response.Servers.Add(new ServerContentPolicy
            {
                ServerId = Positions.Id(server.Id),
                Name = server.Name,
                Own = ContentRecords.Message(server.Id, view.ServerContent.GetValueOrDefault(server.Id, ContentSettings.None)),
                Effective = Describe(server.Id, ContentRules.Of(view, server.Id, StartedWith(server.Id))),
            });
        var categories = CategoryTree.Of(view);
        foreach (var id in view.TreeContent.Categories.Keys.Concat(view.ServerContent.Values.SelectMany(settings => settings.Categories.Keys)).Distinct().Order())
            response.Categories.Add(new NamedCategory { CategoryId = Positions.Id(id), Title = categories.Find(id)?.Title ?? "", Type = categories.Find(id)?.Type ?? "" });
        return response;
    }

    public async Task<SetContentPolicyResponse> SetAsync(SetContentPolicyRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        desk.RequireRoot();
        if (request.WhatIf)
        {
            var (server, before, after) = Change(desk.View, request);
            return Answer(desk.View, server, before, after);
        }

        SetContentPolicyResponse? answer = null;
        var outcome = await desk.DecideAsync<ContentSettings>(
            new DecisionIntent("content policy set", request.RequestedBy),
            view =>
            {
                var (server, before, after) = Change(view, request);
                answer = Answer(view, server, before, after);
                return (after, before == after ? [] : [ContentRecords.Settings(server?.Id, after)]);
            },
            cancellationToken);
        answer!.Position = outcome.Position?.ToProto(); // The decision made it.
        return answer;
    }

    /// <summary>What holds for a server, in the words of the record.</summary>
    public static ContentSettingsRecord Describe(Guid serverId, ContentRules rules) => ContentRecords.Message(serverId, new ContentSettings
    {
        Fetch = rules.Default,
        Categories = rules.TreeCategories.SetItems(rules.OwnCategories),
        Express = rules.Express,
        Keep = rules.Keep,
        SizeLimit = rules.SizeLimit ?? 0,
        ClosedForClients = rules.ClosedForClients,
    });

    private static void Check(SetContentPolicyRequest request)
    {
        if (!System.Enum.IsDefined(request.Fetch)) throw Refusal.Invalid("Files are fetched ahead, on demand, or never.");
        if (request.Categories.Count > MostCategories) throw Refusal.Invalid($"Name at most {MostCategories} categories at once.");
        if (request.Categories.Any(category => !System.Enum.IsDefined(category.Fetch))) throw Refusal.Invalid("Files of a category are fetched ahead, on demand, or never.");
        if (request.Clear.Any(setting => setting == ContentSetting.Unspecified || !System.Enum.IsDefined(setting))) throw Refusal.Invalid("A setting that is to be taken back is not known to this server.");
        if (request.Keep?.ToTimeSpan() is { } keep && (keep < ShortestKeep || keep > LongestKeep)) throw Refusal.Invalid("Unneeded files are kept for an hour to ten years.");
        if (request.HasSizeLimit && request.SizeLimit < 0) throw Refusal.Invalid("The size limit is a number of bytes, or 0 for none.");
    }

    private static (EnrolledServer? Server, ContentSettings Before, ContentSettings After) Change(ServedView view, SetContentPolicyRequest request)
    {
        var server = request.Server.Trim() is { Length: > 0 } name ? ServerAdministration.Find(view, name) : null;
        var before = server is null ? view.TreeContent : view.ServerContent.GetValueOrDefault(server.Id, ContentSettings.None);
        var after = before;
        foreach (var setting in request.Clear)
            after = setting switch
            {
                ContentSetting.Fetch => after with { Fetch = null },
                ContentSetting.Categories => after with { Categories = ContentSettings.None.Categories },
                ContentSetting.Express => after with { Express = null },
                ContentSetting.Keep => after with { Keep = null },
                ContentSetting.SizeLimit => after with { SizeLimit = null },
                _ => after with { ClosedForClients = null },
            };
        if (ContentRecords.Fetch(request.Fetch) is { } fetch) after = after with { Fetch = fetch };
        if (request.HasExpress) after = after with { Express = request.Express };
        if (request.Keep is { } keep) after = after with { Keep = keep.ToTimeSpan() };
        if (request.HasSizeLimit) after = after with { SizeLimit = request.SizeLimit };
        if (request.HasClosedForClients) after = after with { ClosedForClients = request.ClosedForClients };
        if (request.Categories.Count == 0) return (server, before, after);

        var tree = CategoryTree.Of(view);
        if (tree.IsEmpty) throw Refusal.Precondition("Nothing is known yet of what the upstream offers. Fetch its categories first: hierarchy sync run --categories-only");
        CategoryTree.Category[] offered = [.. tree.Products, .. tree.Classifications];
        foreach (var category in request.Categories)
        {
            var found = SelectionNames.Category(category.Category, offered, after.Categories.Keys.ToHashSet(), "products or classifications");
            after = after with { Categories = ContentRecords.Fetch(category.Fetch) is { } policy ? after.Categories.SetItem(found.Id, policy) : after.Categories.Remove(found.Id) };
        }

        return (server, before, after);
    }

    private SetContentPolicyResponse Answer(ServedView view, EnrolledServer? server, ContentSettings before, ContentSettings after)
    {
        var response = new SetContentPolicyResponse { Settings = ContentRecords.Message(server?.Id, after), Changed = before != after, ServerName = server?.Name ?? "" };
        if (!response.Changed) return response;
        // Many servers live by the same rules: each plan is made once.
        var plans = new Dictionary<ContentRules, ContentPlan>();
        foreach (var one in (server is null ? view.Servers.Values : [server]).OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase).ThenBy(one => one.Id))
        {
            var own = view.ServerContent.GetValueOrDefault(one.Id, ContentSettings.None);
            var started = StartedWith(one.Id);
            var was = PlanOf(ContentRules.Of(view.TreeContent, own, started)).Ahead;
            var will = PlanOf(server is null ? ContentRules.Of(after, own, started) : ContentRules.Of(view.TreeContent, after, started)).Ahead;
            var (had, has) = (was.Select(file => file.Sha1).ToHashSet(), will.Select(file => file.Sha1).ToHashSet());
            var more = will.Where(file => !had.Contains(file.Sha1) && !(one.Id == self.Id && store.Contains(file))).ToArray();
            var less = was.Where(file => !has.Contains(file.Sha1)).ToArray();
            if (more.Length + less.Length == 0) continue;
            response.Consequences.Add(new ContentConsequence
            {
                ServerName = one.Name,
                Source = SourceOf(view, one),
                Files = more.Length,
                Bytes = more.Sum(file => file.Size),
                FilesLess = less.Length,
                BytesLess = less.Sum(file => file.Size),
            });
        }

        return response;

        ContentPlan PlanOf(ContentRules rules) => plans.TryGetValue(rules, out var plan) ? plan : plans[rules] = ContentPrefetch.PlanOf(view, rules);
    }

    /// <summary>How other servers were started is theirs alone: the usual is taken.</summary>
    private FetchPolicy StartedWith(Guid serverId) => serverId == self.Id ? options.Policy : FetchPolicy.Ahead;

    private string SourceOf(ServedView view, EnrolledServer server)
    {
        var decided = view.ServerSettings.GetValueOrDefault(server.Id)?.TakesContentFromMicrosoft;
        var said = directory.All().FirstOrDefault(entry => entry.Status.Server.ServerId == Positions.Id(server.Id)).Status?.ContentSource;
        var isMicrosoft = server.ParentId is null || (decided ?? (said == Protocol.Catalog.V1.ContentSource.MicrosoftUpdate));
        return isMicrosoft ? "Microsoft Update" : view.Servers.GetValueOrDefault(server.ParentId!.Value)?.Name ?? "its parent"; // Looked at first.
    }
}
