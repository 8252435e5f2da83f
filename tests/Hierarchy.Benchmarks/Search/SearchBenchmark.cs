using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Benchmarks.Feed;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing.Tree;
using UpdateState = Hierarchy.Protocol.Client.V1.UpdateState;

namespace Hierarchy.Benchmarks.Search;

/// <summary>
/// A root, as a process, with more than 100,000 updates and 100,000 computers: how long an administrator waits for a page of 100 updates, everything included, by each kind of condition; and for what an
/// approval would do. HIERARCHY_BENCH_REVISIONS and HIERARCHY_BENCH_COMPUTERS change the sizes.
/// </summary>
internal static class SearchBenchmark
{
    private const int DefaultRevisions = 150_000;
    private const int DefaultComputers = 100_000;
    private const int ReportedUpdates = 200;
    private const int StatusesEach = 4;
    private const int ComputersAtOnce = 500;
    private const int Groups = 100;
    private const int Rounds = 30;
    private const int WhatIfRounds = 5;
    private const string NoUpstream = "http://127.0.0.1:9";

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        await using var tree = new TestTree("hierarchy-bench-search-");
        var root = tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = NoUpstream });
        Directory.CreateDirectory(root.Folder);
        await FeedCatalog.CreateAsync(Path.Combine(root.Folder, "log.db"), Number("HIERARCHY_BENCH_REVISIONS", DefaultRevisions), cancellationToken);
        await root.StartAsync(cancellationToken);
        var all = await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { IncludeAll = true, PageSize = 1 }, cancellationToken: cancellationToken);
        var some = await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { PageSize = ReportedUpdates }, cancellationToken: cancellationToken);
        figures.Add("search_updates", all.Total, "count");
        figures.Add("search_updates_to_approve", some.Total, "count");
        for (var i = 0; i < Groups; i++) await root.Admin.AddGroupAsync(new AddGroupRequest { Name = $"Group {i}" }, cancellationToken: cancellationToken);
        for (var i = 0; i < some.Updates.Count; i += 2) await root.Admin.ApproveAsync(new ApproveRequest { Update = IdOf(some.Updates[i]).ToString(), Group = $"Group {i % Groups}" }, cancellationToken: cancellationToken);
        var groups = (await root.Admin.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: cancellationToken)).Groups.Where(group => !group.BuiltIn).Select(group => group.Record).ToArray();
        await root.StopAsync(cancellationToken);
        await ReportAsync(Path.Combine(root.Folder, "reports.db"), Number("HIERARCHY_BENCH_COMPUTERS", DefaultComputers), [.. some.Updates.Select(IdOf)], groups, cancellationToken);
        await root.StartAsync(cancellationToken);

        var start = Stopwatch.GetTimestamp();
        await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { IncludeAll = true }, cancellationToken: cancellationToken);
        figures.Add("search_first", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms");
        start = Stopwatch.GetTimestamp();
        await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { States = { UpdateState.NotInstalled } }, cancellationToken: cancellationToken);
        figures.Add("search_first_by_status", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms");
        var middle = await MiddleAsync(root, cancellationToken);
        (string Name, ListUpdatesRequest Request)[] searches =
        [
            ("all", new ListUpdatesRequest { IncludeAll = true }),
            ("middle", new ListUpdatesRequest { IncludeAll = true, PageToken = middle }),
            ("text", new ListUpdatesRequest { Text = "security update" }),
            ("text_nothing", new ListUpdatesRequest { Text = "there is no such title" }),
            ("kb", new ListUpdatesRequest { KnowledgeBase = some.Updates[0].Head.KnowledgeBaseArticles.FirstOrDefault() ?? "5000000" }),
            ("severity", new ListUpdatesRequest { Severities = { "Critical" } }),
            ("not_approved", new ListUpdatesRequest { Standing = UpdateStanding.NotApproved }),
            ("approved_for_group", new ListUpdatesRequest { Standing = UpdateStanding.Install, Group = "Group 0" }),
            ("superseded", new ListUpdatesRequest { Supersedence = { SupersedenceState.Superseded } }),
            ("arrival", new ListUpdatesRequest { Order = UpdateOrder.Arrival, ArrivedSince = new Timestamp() }),
            ("status", new ListUpdatesRequest { States = { UpdateState.NotInstalled, UpdateState.Downloaded } }),
            ("needed", new ListUpdatesRequest { Order = UpdateOrder.Needed }),
        ];
        var worst = 0.0;
        foreach (var (name, request) in searches) worst = Math.Max(worst, await MeasureAsync(figures, $"search_{name}", Rounds, async () => await root.Admin.ListUpdatesAsync(request, cancellationToken: cancellationToken)));
        figures.Add("search_worst_median", worst, "ms");

        // An administrator decides while searches go on: the orders are made anew from what changed.
        var (after, next) = (new double[Rounds], 0);
        for (var i = 0; i < Rounds; i++)
        {
            await root.Admin.ApproveAsync(new ApproveRequest { Update = IdOf(some.Updates[next = (next + 2) % some.Updates.Count]).ToString(), Group = $"Group {(i + 1) % Groups}" }, cancellationToken: cancellationToken);
            start = Stopwatch.GetTimestamp();
            await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { Text = "security update" }, cancellationToken: cancellationToken);
            after[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        figures.Add("search_after_a_decision_median", after.Order().ElementAt(Rounds / 2), "ms");
        var update = IdOf(some.Updates[1]).ToString();
        await MeasureAsync(figures, "what_if_all_computers", WhatIfRounds, async () => await root.Admin.ApproveAsync(new ApproveRequest { Update = update, Group = "All Computers", WhatIf = true }, cancellationToken: cancellationToken));
        await MeasureAsync(figures, "what_if_one_group", WhatIfRounds, async () => await root.Admin.ApproveAsync(new ApproveRequest { Update = update, Group = "Group 1", WhatIf = true }, cancellationToken: cancellationToken));
    }

    private static async Task<string> MiddleAsync(ServerNode root, CancellationToken cancellationToken)
    {
        var (token, read) = ("", 0);
        while (true)
        {
            var page = await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { IncludeAll = true, PageSize = 1000, PageToken = token }, cancellationToken: cancellationToken);
            (token, read) = (page.NextPageToken, read + page.Updates.Count);
            if (read >= 10_000 || token.Length == 0) return token;
        }
    }

    private static async Task<double> MeasureAsync(Figures figures, string name, int rounds, Func<Task> ask)
    {
        var times = new double[rounds];
        await ask();
        for (var i = 0; i < rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await ask();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        figures.Add($"{name}_median", times[rounds / 2], "ms");
        figures.Add($"{name}_max", times[^1], "ms");
        return times[rounds / 2];
    }

    private static async Task ReportAsync(string path, int computers, Guid[] updates, Protocol.Catalog.V1.TargetGroupRecord[] groups, CancellationToken cancellationToken)
    {
        var ids = groups.Select(group => new Guid(group.GroupId.Span, bigEndian: true)).ToArray();
        IReadOnlyList<Guid> GroupsOf(ComputerReport computer) => [ids[Array.FindIndex(groups, group => group.Name == computer.Groups[0])]];
        await using var store = SqliteReportStore.Open(new SqliteStoreOptions { Path = path }, isRoot: true, groupsOf: GroupsOf);
        var random = new Random(3);
        for (var first = 0; first < computers; first += ComputersAtOnce)
        {
            var some = Enumerable.Range(first, Math.Min(ComputersAtOnce, computers - first)).Select(i => new ComputerReport
            {
                ComputerId = new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString("D"), Incarnation = 1, Counter = 1, Name = $"pc{i:000000}", Address = $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}", Groups = [groups[i % groups.Length].Name], ReportedAt = DateTimeOffset.UnixEpoch,
            }).ToArray();
            var statuses = some.SelectMany(computer => Enumerable.Range(0, StatusesEach).Select(_ => random.Next(updates.Length)).Distinct()
                .Select(update => new StatusReport(computer.ComputerId, 1, 1, updates[update], 100, (Domain.Reports.UpdateState)random.Next(1, 7), 0, DateTimeOffset.UnixEpoch))).ToArray();
            await store.MergeAsync(some, statuses, child: null, cancellationToken);
        }
    }

    private static Guid IdOf(Update update) => new(update.Head.UpdateId.Span, bigEndian: true);

    private static int Number(string variable, int usual) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var given) ? given : usual;
}
